package pgtemp

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the user that the server runs as and its directory belongs to. The
// zero owner is the user that this program runs as.
type owner struct {
	credential *syscall.Credential
}

// unprivileged are the users to become when this program runs as root, in the
// order tried: the first comes with the server's package, the second with
// almost every system.
var unprivileged = []string{"postgres", "nobody"}

// findOwner returns this program's own user, or an unprivileged one for root.
func findOwner() (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	for _, name := range unprivileged {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return owner{}, fmt.Errorf("user %s: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return owner{}, fmt.Errorf("user %s: %w", name, err)
		}
		return owner{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return owner{}, fmt.Errorf("PostgreSQL does not run as root, and there is none of the users %q to run it as", unprivileged)
}

// give makes path belong to the owner.
func (o owner) give(path string) error {
	if o.credential == nil {
		return nil
	}
	return os.Chown(path, int(o.credential.Uid), int(o.credential.Gid))
}

// command returns a command that runs as the owner, in dir, in a process group
// of its own, so that an interrupt typed at a terminal reaches this program
// first. Its environment is small and the same everywhere: a PGPORT or LC_ALL
// of the caller must not change the server.
func (o owner) command(dir, program string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(program, arguments...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: o.credential, Setpgid: true}
	return cmd
}
