// A form with a file shows how much of it has been sent, and can be stopped.
// Without script, or where something here fails, the browser sends the form by
// itself and the server answers the same.
import { each } from "./once";
import { size } from "./size";

export function uploads(root: ParentNode, start: (root: ParentNode) => void) {
	each<HTMLFormElement>(root, "form[data-upload]", (form) =>
		form.addEventListener("submit", (event) => {
			if (event.defaultPrevented) return;
			event.preventDefault();
			send(form, start);
		}));
}

function send(form: HTMLFormElement, start: (root: ParentNode) => void) {
	const state = form.querySelector<HTMLElement>("[data-upload-state]");
	const problem = form.querySelector<HTMLElement>("[data-upload-problem]");
	const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
	const cancel = form.querySelector<HTMLButtonElement>("[data-cancel]");
	const bar = form.querySelector<HTMLProgressElement>("progress");
	const text = form.querySelector<HTMLElement>("[data-text]");
	if (!state || !problem || !button || !cancel || !bar || !text) return form.submit();

	const request = new XMLHttpRequest();
	const show = (sending: boolean, why = "") => {
		state.hidden = !sending;
		button.disabled = sending;
		problem.hidden = why === "";
		problem.textContent = why;
		cancel.onclick = sending ? () => request.abort() : null;
		if (!sending) button.focus();
	};
	bar.removeAttribute("value");
	text.textContent = "";
	request.upload.addEventListener("progress", (event) => {
		if (!event.lengthComputable) return;
		const percent = Math.floor((100 * event.loaded) / event.total);
		bar.value = percent;
		text.textContent = event.loaded < event.total ? `${percent} % of ${size(event.total)}` : "All of it is sent; the server looks at it.";
	});
	request.addEventListener("load", () => {
		const asked = new URL(form.action, location.href);
		// An answer that led elsewhere is a page of its own; any other is this page
		// again, with what is wrong.
		if (new URL(request.responseURL).pathname !== asked.pathname) return location.assign(request.responseURL);
		const next = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
		const main = form.closest("main");
		if (!next || !main) return show(false, "The server's answer could not be read: load this page again and see whether the file has arrived.");
		main.replaceWith(next);
		start(next);
		next.querySelector<HTMLElement>("[role=alert]:not([hidden])")?.scrollIntoView({ block: "center" });
		next.focus();
	});
	request.addEventListener("error", () => show(false, "The connection was lost before all of the file was sent. Nothing was taken in: send it again. If that fails too, load this page anew, since your session may have ended."));
	request.addEventListener("abort", () => show(false, "Stopped. Nothing was taken in."));
	request.open("POST", form.action);
	const body = new FormData(form);
	show(true);
	cancel.focus();
	request.send(body);
}
