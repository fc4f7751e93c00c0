// An assignment panel: search within each list, and counts of what is chosen.
// "All of them" is a box of its own that the server understands; the others are
// not sent beside it, which keeps addresses short.
import { each } from "./once";

export function panels(root: ParentNode) {
	each<HTMLElement>(root, "[data-panel]", (panel) => {
		for (const list of panel.querySelectorAll<HTMLElement>("[data-list]")) listen(panel, list);
		count(panel);
	});
}

function boxes(list: HTMLElement): HTMLInputElement[] {
	return [...list.querySelectorAll<HTMLInputElement>("input[type=checkbox][data-one]")];
}

function listen(panel: HTMLElement, list: HTMLElement) {
	const search = list.querySelector<HTMLInputElement>("input[type=search]");
	const all = list.querySelector<HTMLInputElement>("input[data-all]");
	const none = list.querySelector<HTMLElement>("[data-none]");
	if (search) {
		search.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
		search.addEventListener("input", () => {
			const wanted = search.value.trim().toLocaleLowerCase();
			let shown = 0;
			for (const box of boxes(list)) {
				const row = box.closest("label");
				if (!row) continue;
				const fits = (row.textContent ?? "").toLocaleLowerCase().includes(wanted);
				row.hidden = !fits;
				if (fits) shown++;
			}
			if (none) none.hidden = shown > 0;
		});
		search.addEventListener("keydown", (event) => {
			if (event.key === "Enter") event.preventDefault();
		});
	}
	const follow = () => {
		if (!all) return;
		for (const box of boxes(list)) {
			if (all.checked) box.checked = true;
			box.disabled = all.checked;
		}
	};
	all?.addEventListener("change", () => {
		if (!all.checked) for (const box of boxes(list)) box.checked = false;
		follow();
		count(panel);
	});
	list.addEventListener("change", () => count(panel));
	follow();
}

function count(panel: HTMLElement) {
	let total = 0;
	for (const list of panel.querySelectorAll<HTMLElement>("[data-list]")) {
		const chosen = boxes(list).filter((box) => box.checked).length;
		total += chosen;
		const badge = panel.querySelector(`[data-count="${list.dataset.list}"]`);
		if (badge) badge.textContent = String(chosen);
	}
	const sum = panel.querySelector("[data-count-all]");
	if (sum) sum.textContent = String(total);
}
