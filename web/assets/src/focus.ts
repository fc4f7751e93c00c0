// When a part of a page is replaced, the link that asked for it is gone, and the
// keyboard would begin at the top of the page again. It goes on at the same
// column's heading, or at the beginning of the new part.
const swap = (event: Event) => (event as CustomEvent<{ elt: HTMLElement; target: HTMLElement }>).detail;

export function focus() {
	let part = "";
	let heading = -1;
	document.addEventListener("htmx:beforeRequest", (event) => {
		const { elt, target } = swap(event);
		part = elt.matches("a") && target.contains(elt) ? target.id : "";
		heading = elt.closest("th")?.cellIndex ?? -1;
	});
	document.addEventListener("htmx:afterSettle", () => {
		const fresh = part ? document.getElementById(part) : null;
		part = "";
		if (!fresh || (document.activeElement && document.activeElement !== document.body)) return;
		const again = heading < 0 ? null : fresh.querySelector<HTMLElement>(`thead th:nth-child(${heading + 1}) a`);
		if (!again) fresh.tabIndex = -1;
		(again ?? fresh).focus({ preventScroll: true });
	});
}
