// Small helps in forms: a select that sends its form at once, a button that asks
// first, and one that copies.
import { each } from "./once";

export function forms(root: ParentNode) {
	each<HTMLSelectElement>(root, "[data-send]", (field) => field.addEventListener("change", () => field.form?.requestSubmit()));
	each<HTMLFormElement>(root, "form[data-ask]", (form) =>
		form.addEventListener("submit", (event) => {
			if (!confirm(form.dataset.ask)) event.preventDefault();
		}));
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
