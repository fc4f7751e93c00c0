// Keeps of a style sheet what some pages can meet.
//
// A selector stays if every class in it (outside of parentheses) occurs as a
// word in the pages' sources. Rules for the dark theme are written a second time
// for data-bs-theme="system", behind a question to the browser, so that who
// wants what the system has gets it without script and without a flash.

export function prune(css, text) {
	const words = new Set(text.match(/[A-Za-z0-9_-]+/g));
	return rules(parse(css), words);
}

// parse cuts a style sheet into [prelude, body] pairs; body is undefined for
// statements such as @charset.
function parse(css) {
	const found = [];
	let start = 0;
	for (let i = 0; i < css.length; i++) {
		switch (css[i]) {
			case '"':
			case "'":
				i = closing(css, i);
				break;
			case "/":
				if (css[i + 1] === "*") {
					i = css.indexOf("*/", i) + 1;
					start = i + 1;
				}
				break;
			case ";":
				found.push([css.slice(start, i).trim()]);
				start = i + 1;
				break;
			case "{": {
				const end = block(css, i);
				found.push([css.slice(start, i).trim(), css.slice(i + 1, end)]);
				i = end;
				start = end + 1;
			}
		}
	}
	return found;
}

// closing is where the quotation that begins at i ends.
function closing(css, i) {
	for (let k = i + 1; k < css.length; k++) {
		if (css[k] === "\\") k++;
		else if (css[k] === css[i]) return k;
	}
	throw new Error("a quotation does not end: " + css.slice(i, i + 60));
}

// block is where the block that begins at i ends.
function block(css, i) {
	let depth = 0;
	for (let k = i; k < css.length; k++) {
		if (css[k] === '"' || css[k] === "'") k = closing(css, k);
		else if (css[k] === "{") depth++;
		else if (css[k] === "}" && --depth === 0) return k;
	}
	throw new Error("a block does not end: " + css.slice(i, i + 60));
}

function rules(list, words) {
	let out = "";
	for (const [prelude, body] of list) {
		if (body === undefined) {
			out += prelude.startsWith("@charset") ? "" : prelude + ";";
		} else if (/^@(media|supports|layer|container)/.test(prelude)) {
			const inner = rules(parse(body), words);
			if (inner) out += `${prelude}{${inner}}`;
		} else if (prelude.startsWith("@")) {
			out += `${prelude}{${body}}`;
		} else {
			const kept = split(prelude).filter((selector) => used(selector, words));
			if (kept.length === 0) continue;
			out += `${kept.join(",")}{${body}}`;
			const dark = kept.filter((selector) => /\[data-bs-theme="?dark"?\]/.test(selector));
			if (dark.length > 0) {
				const system = dark.map((selector) => selector.replace(/\[data-bs-theme="?dark"?\]/g, "[data-bs-theme=system]"));
				out += `@media (prefers-color-scheme:dark){${system.join(",")}{${body}}}`;
			}
		}
	}
	return out;
}

// split cuts a list of selectors at the commas that stand outside parentheses.
function split(prelude) {
	const parts = [];
	let depth = 0;
	let start = 0;
	for (let i = 0; i < prelude.length; i++) {
		if (prelude[i] === "(" || prelude[i] === "[") depth++;
		else if (prelude[i] === ")" || prelude[i] === "]") depth--;
		else if (prelude[i] === "," && depth === 0) {
			parts.push(prelude.slice(start, i));
			start = i + 1;
		}
	}
	return [...parts, prelude.slice(start)].map((part) => part.trim());
}

function used(selector, words) {
	const plain = selector.replace(/\([^()]*\)/g, "").replace(/\([^()]*\)/g, "").replace(/\[[^\]]*\]/g, "");
	return (plain.match(/\.(?:[\w-]|\\.)+/g) ?? []).every((name) => words.has(name.slice(1).replaceAll("\\", "")));
}
