// A progress bar that is fed by server-sent events. Without script the page asks
// again by itself.
import { each } from "./once";

interface News {
	stage: string;
	text: string;
	percent: number; // −1: not known
	done: boolean;
}

export function progress(root: ParentNode) {
	each<HTMLElement>(root, "[data-events]", (element) => {
		const events = new EventSource(element.dataset.events ?? "");
		const bar = element.querySelector<HTMLProgressElement>("progress");
		const text = element.querySelector<HTMLElement>("[data-text]");
		const stage = element.querySelector<HTMLElement>("[data-stage]");
		events.addEventListener("message", (event) => {
			const news = JSON.parse(event.data as string) as News;
			if (bar && news.percent >= 0) bar.value = news.percent;
			if (text) text.textContent = news.text;
			if (stage) stage.textContent = news.stage;
			if (!news.done) return;
			events.close();
			location.reload();
		});
		// It tries again by itself unless it was refused, as when the session has
		// ended: then the page tells why. Not at once, in case it is refused too.
		events.addEventListener("error", () => {
			if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
		});
	});
}
