// Charts stand in a canvas whose figures the server wrote into data-chart. The
// library is loaded only where there is one, and the same figures stand in a
// table below it.
import { each } from "./once";

interface Figures {
	kind: "bars" | "ranks"; // stacked columns by day or month; bars from the left
	unit: string; // beside each figure; empty: a number of things
	digits?: number; // 2 where it does not say
	labels: string[]; // of bars: 2026-06-01, or 2026-06
	series: { name: string; values: number[] }[];
}

// Each colour is told from its neighbours, and from the ground in both looks.
const palettes = {
	light: ["#0b7285", "#f08c00", "#4263eb", "#d6336c", "#5c940d", "#ae3ec9", "#868e96"],
	dark: ["#3bc9db", "#ffa94d", "#748ffc", "#f783ac", "#a9e34b", "#da77f2", "#adb5bd"],
};

export function charts(root: ParentNode) {
	each<HTMLCanvasElement>(root, "canvas[data-chart]", (canvas) => void draw(canvas));
}

// numbers has digits in threes with a narrow gap, as the rest of the site.
function numbers(options: Intl.NumberFormatOptions) {
	const format = new Intl.NumberFormat("en", options);
	return (n: number) => format.format(n).replaceAll(",", "\u202f").replace("-", "\u2212");
}

// shortened leaves out of days what all of them share.
function shortened(labels: string[]) {
	const years = new Set(labels.map((label) => label.slice(0, 4)));
	return labels.map((label) => (years.size === 1 && label.length > 7 ? label.slice(5) : label));
}

async function draw(canvas: HTMLCanvasElement) {
	const figures = JSON.parse(canvas.dataset.chart ?? "{}") as Figures;
	const { Chart } = await import("./chart_parts");
	const style = getComputedStyle(canvas.parentElement ?? canvas);
	const text = style.color;
	const line = style.borderTopColor;
	const scheme = getComputedStyle(document.documentElement).colorScheme;
	const dark = scheme.includes("dark") && (!scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches);
	const palette = dark ? palettes.dark : palettes.light;
	const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
	const digits = figures.digits ?? 2;
	const flat = figures.kind === "ranks";
	const exact = numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits });
	const brief = numbers({ notation: "compact", maximumSignificantDigits: 3 });
	const said = (n: number) => (figures.unit ? `${exact(n)} ${figures.unit}` : exact(n));
	const short = flat ? figures.labels : shortened(figures.labels);
	const names = { stacked: true, grid: { display: false }, border: { color: line }, ticks: { color: text, maxRotation: 0, autoSkip: !flat, autoSkipPadding: 16, callback: (_: unknown, i: number) => short[i] } };
	const heights = {
		stacked: true, grid: { color: line }, border: { display: false },
		ticks: { color: text, maxTicksLimit: 6, precision: figures.unit ? undefined : 0, callback: (n: unknown) => brief(Number(n)) },
	};
	const value = (item: { parsed: { x: number | null; y: number | null } }) => (flat ? item.parsed.x : item.parsed.y) ?? 0;
	new Chart(canvas, {
		type: "bar",
		data: {
			labels: figures.labels,
			datasets: figures.series.map((series, i) => ({
				label: series.name, data: series.values, backgroundColor: palette[i % palette.length], borderRadius: 2, maxBarThickness: 28,
			})),
		},
		options: {
			indexAxis: flat ? "y" : "x", maintainAspectRatio: false, animation: still ? false : { duration: 250 },
			scales: flat ? { x: heights, y: names } : { x: names, y: heights },
			interaction: { mode: "index", axis: flat ? "y" : "x", intersect: false },
			plugins: {
				legend: { display: figures.series.length > 1, position: "bottom", align: "start", labels: { color: text, boxWidth: 10, boxHeight: 10, padding: 16 } },
				tooltip: {
					filter: (item) => figures.series.length === 1 || value(item) !== 0,
					callbacks: {
						label: (item) => ` ${item.dataset.label}: ${said(value(item))}`,
						footer: (items) => (figures.series.length > 1 ? `Total: ${said(items.reduce((sum, item) => sum + value(item), 0))}` : ""),
					},
				},
			},
		},
	});
}
