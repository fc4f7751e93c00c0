// Menus are details elements. A click elsewhere and the Escape key close them.
import { each } from "./once";

export function menus(root: ParentNode) {
	each<HTMLDetailsElement>(root, "details.menu", (menu) => {
		document.addEventListener("click", (event) => {
			if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
		});
		menu.addEventListener("keydown", (event) => {
			if (event.key !== "Escape" || !menu.open) return;
			menu.open = false;
			menu.querySelector("summary")?.focus();
		});
	});
}
