// Charts stand in a canvas whose figures the server wrote into data-chart. The
// library is loaded only where there is one, and the same figures stand in a
// table below it.
import { each } from "./once";

interface Figures {
	kind: "bars" | "ranks"; // stacked columns by day; bars from the left
	unit: string;
	labels: string[];
	series: { name: string; values: number[] }[];
}

const palette = ["#0b7285", "#f59f00", "#4263eb", "#d6336c", "#74b816", "#ae3ec9", "#868e96"];

export function charts(root: ParentNode) {
	each<HTMLCanvasElement>(root, "canvas[data-chart]", (canvas) => void draw(canvas));
}

async function draw(canvas: HTMLCanvasElement) {
	const figures = JSON.parse(canvas.dataset.chart ?? "{}") as Figures;
	const { Chart } = await import("./chart_parts");
	const style = getComputedStyle(canvas.parentElement ?? canvas);
	const text = style.color;
	const line = style.borderTopColor;
	const flat = figures.kind === "ranks";
	const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
	const axis = { stacked: true, ticks: { color: text, maxRotation: 0, autoSkipPadding: 12 }, border: { display: false } };
	new Chart(canvas, {
		type: "bar",
		data: {
			labels: figures.labels,
			datasets: figures.series.map((series, i) => ({
				label: series.name, data: series.values, backgroundColor: palette[i % palette.length],
				borderRadius: 2, maxBarThickness: 28, borderSkipped: false,
			})),
		},
		options: {
			indexAxis: flat ? "y" : "x", maintainAspectRatio: false, animation: still ? false : { duration: 250 },
			scales: {
				x: { ...axis, grid: { display: flat, color: line } },
				y: { ...axis, grid: { display: !flat, color: line } },
			},
			interaction: { mode: "index", axis: flat ? "y" : "x", intersect: false },
			plugins: {
				legend: { display: figures.series.length > 1, position: "bottom", labels: { color: text, boxWidth: 10, boxHeight: 10 } },
				tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.formattedValue} ${figures.unit}` } },
			},
		},
	});
}
