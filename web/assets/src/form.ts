// Small helps in forms: a select that sends its form at once, a button that asks
// first, one that copies, and that nothing is sent twice.
import { each } from "./once";

// sentOnce keeps a form that changes something from being sent a second time
// while the first is on its way. The server bears it too; this spares the reader
// its answer. A page that comes back out of the browser's memory can send again.
function sentOnce(form: HTMLFormElement) {
	let sent = false;
	const buttons = () => [...form.elements].filter((e): e is HTMLButtonElement => e instanceof HTMLButtonElement && e.type === "submit");
	form.addEventListener("submit", (event) => {
		if (event.defaultPrevented) return;
		if (sent) {
			event.preventDefault();
			return;
		}
		sent = true;
		// Later, because a button that is disabled is not sent along.
		setTimeout(() => {
			for (const button of buttons()) button.disabled = true;
			form.setAttribute("aria-busy", "true");
		});
	});
	addEventListener("pageshow", () => {
		sent = false;
		for (const button of buttons()) button.disabled = false;
		form.removeAttribute("aria-busy");
	});
}

export function forms(root: ParentNode) {
	each<HTMLSelectElement>(root, "[data-send]", (field) => field.addEventListener("change", () => field.form?.requestSubmit()));
	each<HTMLFormElement>(root, "form[data-ask]", (form) =>
		form.addEventListener("submit", (event) => {
			if (!confirm(form.dataset.ask)) return event.preventDefault();
			const sure = form.querySelector<HTMLInputElement>("input[name=sure]") ?? form.appendChild(document.createElement("input"));
			sure.type = "hidden";
			sure.name = "sure"; // else a page asks again
			sure.value = "on";
		}));
	// One that shows how far its file is sent can be stopped, and sent again.
	each<HTMLFormElement>(root, "form[method=post]:not([data-upload])", sentOnce);
	each<HTMLButtonElement>(root, "button[data-copy]", (button) => {
		button.hidden = false;
		button.addEventListener("click", () => {
			const field = document.getElementById(button.dataset.copy ?? "") as HTMLInputElement | null;
			if (!field) return;
			field.select();
			void navigator.clipboard?.writeText(field.value);
			button.textContent = "Copied";
		});
	});
	each<HTMLInputElement>(root, "input[data-preset]", (field) =>
		field.addEventListener("change", () => {
			const preset = field.form?.querySelector<HTMLSelectElement>("select[name=period]");
			if (preset) preset.value = "";
		}));
}
