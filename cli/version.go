package cli

// versionCommand prints the program's version.
type versionCommand struct{}

func (versionCommand) Run(s *session) error {
	s.printf("tollkeeper %s\n", s.Version)
	return nil
}
