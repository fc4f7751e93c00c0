// each calls f for every element of the selector that it has not been called for
// yet, since parts of a page are looked through again when they are replaced.
const seen = new WeakMap<Element, Set<string>>();

export function each<T extends HTMLElement>(root: ParentNode, selector: string, f: (element: T) => void) {
	for (const element of root.querySelectorAll<T>(selector)) {
		const known = seen.get(element) ?? new Set();
		if (known.has(selector)) continue;
		seen.set(element, known.add(selector));
		f(element);
	}
}
