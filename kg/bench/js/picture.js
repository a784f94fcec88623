// The picture of the last text without errors; a click on a box or a line leads to where it is written.
'use strict';

/** @param {Bench} bench */
function picture(bench) {
  bench.hear(async said => {
    if (!said.valid) return;
    try {
      const drawn = await bench.core.ask('picture', {dark: bench.root.dataset.theme === 'dark'}); // markup from Python, in which every text was escaped
      if (drawn) $('picture').replaceChildren(document.importNode(new DOMParser().parseFromString(drawn, 'image/svg+xml').documentElement, true));
    } catch (error) {
      $('picture').textContent = `No picture: ${error instanceof Error ? error.message : error}`;
    }
  });
  $('picture').addEventListener('click', event => {
    const title = /** @type {Element} */ (event.target).closest('g')?.querySelector(':scope > title')?.textContent, {nodes, edges} = bench.said.holds;
    const meant = edges.find(one => one.words === title) ?? nodes.find(one => one.label === title);
    if (meant) bench.go(meant.line, 1);
  });
}
