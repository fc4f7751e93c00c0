// size says how large something is, as the server's pages do.
const units = ["B", "kB", "MB", "GB", "TB"];

export function size(bytes: number): string {
	let unit = 0;
	for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1000;
	return `${unit > 0 ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}
