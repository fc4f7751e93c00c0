// Builds web/static from what is used of our packages:
//
//	npm ci && node build.js
//
// Of Tabler's styles it keeps the rules that our pages can meet, of its icons
// and flags those that are named. Pictures inside style sheets become files, so
// that the site's policy for contents needs no exception. Every name bears a
// hash of its contents; manifest.json says which name became which.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { prune } from "./prune.js";

const web = join(import.meta.dirname, "..");
const out = join(web, "static");
const work = join(import.meta.dirname, ".build");
const tabler = join(import.meta.dirname, "node_modules/@tabler/core/dist");
const outlines = join(import.meta.dirname, "node_modules/@tabler/icons/icons/outline");

const hash = (data) => createHash("sha256").update(data).digest("hex").slice(0, 10);

// sources are the texts in which a class or an icon can be named.
function sources() {
	const texts = [];
	for (const dir of [web, join(import.meta.dirname, "src")]) {
		for (const name of readdirSync(dir)) {
			if (/\.(html|ts)$/.test(name) || (name.endsWith(".go") && !name.endsWith("_test.go"))) {
				texts.push(readFileSync(join(dir, name), "utf8"));
			}
		}
	}
	return texts.join("\n");
}

// sprite gathers the outlines that {{icon "name"}} and Icon: "name" ask for.
function sprite(text) {
	const names = new Set();
	for (const match of text.matchAll(/(?:icon|Icon:|icon:) "([a-z0-9-]+)"/g)) names.add(match[1]);
	const symbols = [...names].sort().map((name) => {
		const svg = readFileSync(join(outlines, name + ".svg"), "utf8");
		const inner = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
		return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").replace(/<path stroke="none"[^>]*>/, "").trim()}</symbol>`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

// pictures moves the pictures of a style sheet into files beside it.
function pictures(css) {
	return css.replace(/url\("data:image\/svg\+xml,((?:[^"\\]|\\.)*)"\)/g, (_, data) => {
		const svg = data.includes("%3c") || data.includes("%3C") ? decodeURIComponent(data) : data.replaceAll("%23", "#");
		const name = `picture-${hash(svg)}.svg`;
		writeFileSync(join(work, name), svg);
		return `url("./${name}")`;
	});
}

function flags() {
	const from = join(tabler, "img/flags");
	const names = readdirSync(from).filter((name) => /^[a-z]{2}\.svg$/.test(name)).sort();
	const dir = "flags-" + hash(names.map((name) => readFileSync(join(from, name))).join());
	mkdirSync(join(out, dir));
	for (const name of names) copyFileSync(join(from, name), join(out, dir, name));
	return dir;
}

for (const name of readdirSync(out)) if (name !== "README.md") rmSync(join(out, name), { recursive: true });
rmSync(work, { recursive: true, force: true });
mkdirSync(work);

const text = sources();
const manifest = {};
writeFileSync(join(work, "tabler.css"), pictures(prune(readFileSync(join(tabler, "css/tabler.min.css"), "utf8"), text)));

const result = await build({
	entryPoints: { site: join(import.meta.dirname, "src/site.ts"), style: join(import.meta.dirname, "src/style.css") },
	outdir: out, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]",
	bundle: true, minify: true, splitting: true, format: "esm", target: ["es2022", "chrome123", "firefox121", "safari17.5"],
	loader: { ".svg": "file" }, metafile: true, legalComments: "linked", logLevel: "warning",
});
for (const [path, made] of Object.entries(result.metafile.outputs)) {
	const name = path.split("/").pop();
	if (made.entryPoint?.endsWith("site.ts")) manifest["site.js"] = name;
	if (made.entryPoint?.endsWith("style.css")) manifest["style.css"] = name;
}
const icons = sprite(text);
manifest["icons.svg"] = `icons-${hash(icons)}.svg`;
writeFileSync(join(out, manifest["icons.svg"]), icons);
const mark = readFileSync(join(import.meta.dirname, "src/mark.svg"));
manifest["mark.svg"] = `mark-${hash(mark)}.svg`;
writeFileSync(join(out, manifest["mark.svg"]), mark);
manifest["flags"] = flags();
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, "\t") + "\n");
rmSync(work, { recursive: true });
