// The site's script. Every page works without it: here are only the things that
// make it quicker to use, one small file each.
import "htmx.org/dist/htmx.esm.js";
import { menus } from "./menu";
import { panels } from "./panel";
import { progress } from "./progress";
import { charts } from "./chart";
import { forms } from "./form";
import { links } from "./link";
import { uploads } from "./upload";
import { drops } from "./drop";
import { search } from "./search";
import { focus } from "./focus";

const start = (root: ParentNode) => {
	menus(root);
	panels(root);
	progress(root);
	charts(root);
	forms(root);
	links(root);
	uploads(root, start);
	drops(root);
};

document.addEventListener("DOMContentLoaded", () => start(document), { once: true });
if (document.readyState !== "loading") start(document);
document.addEventListener("htmx:load", (event) => start((event as CustomEvent<{ elt: HTMLElement }>).detail.elt.parentElement ?? document));
search();
focus();
