// A place to drop a file on. Without script it is the file field that stands in
// it, and with it still is.
import { each } from "./once";
import { size } from "./size";

export function drops(root: ParentNode) {
	each<HTMLElement>(root, "[data-drop]", (place) => {
		const field = place.querySelector<HTMLInputElement>("input[type=file]");
		const said = place.querySelector<HTMLElement>("[data-drop-said]");
		if (!field || !said) return;
		const tell = () => {
			const file = field.files?.[0];
			said.textContent = file ? `${file.name}, ${size(file.size)}` : "";
		};
		const over = (is: boolean) => place.classList.toggle("drop-over", is);
		field.addEventListener("change", tell);
		for (const name of ["dragenter", "dragover"]) {
			place.addEventListener(name, (event) => {
				event.preventDefault();
				over(true);
			});
		}
		place.addEventListener("dragleave", (event) => over(place.contains(event.relatedTarget as Node | null)));
		place.addEventListener("drop", (event) => {
			event.preventDefault();
			over(false);
			const files = event.dataTransfer?.files;
			if (files?.length !== 1) {
				said.textContent = "Drop one file at a time.";
				return;
			}
			field.files = files;
			tell();
		});
	});
}
