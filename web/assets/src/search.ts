// The search: "/" comes to its field from anywhere on a page, and the arrows walk
// through what was found.
export function search() {
	document.addEventListener("keydown", (event) => {
		const at = event.target as HTMLElement;
		const typing = at.closest("input, textarea, select, [contenteditable]") !== null;
		if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
			const field = [...document.querySelectorAll<HTMLInputElement>("#search-again, #search")].find((f) => f.offsetParent !== null);
			if (!field) return;
			event.preventDefault();
			field.focus();
			field.select();
		}
		if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event, at);
	});
}

function walk(event: KeyboardEvent, at: HTMLElement) {
	const hits = [...document.querySelectorAll<HTMLAnchorElement>("[data-results] .hits a")];
	const here = hits.indexOf(at as HTMLAnchorElement);
	if (hits.length === 0 || (here < 0 && at.id !== "search-again")) return;
	const next = here + (event.key === "ArrowDown" ? 1 : -1);
	if (next >= hits.length) return;
	event.preventDefault();
	(next < 0 ? document.querySelector<HTMLElement>("#search-again") : hits[next])?.focus();
}
