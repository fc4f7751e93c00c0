// A button that copies the address of the page as it is, to be sent to somebody
// who may see it too. Without script the address bar does it.
import { each } from "./once";

const said = 2500; // milliseconds for which the button says what it did

export function links(root: ParentNode) {
	each<HTMLButtonElement>(root, "button[data-link]", (button) => {
		const text = button.querySelector<HTMLElement>("[data-link-text]");
		if (!navigator.clipboard || !text) return; // plain http to another machine
		button.hidden = false;
		const before = text.textContent;
		button.addEventListener("click", async () => {
			await navigator.clipboard.writeText(location.href);
			text.textContent = "Link copied";
			setTimeout(() => (text.textContent = before), said);
		});
	});
}
