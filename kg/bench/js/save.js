// Saving to the file or by a download, other texts, and what is exported.
'use strict';

/** @param {Bench} bench @returns {() => Promise<void>} what saves the text */
function saving(bench) {
  const {opened, text} = bench;
  /** @param {string} said @param {string} name @param {string} type */
  function download(said, name, type) {
    const url = URL.createObjectURL(new Blob([said], {type}));
    /** @type {HTMLElement} */ (make('a', {href: url, download: name})).click();
    setTimeout(() => URL.revokeObjectURL(url), 4000);
  }
  async function save() {
    if (!opened.save) {
      download(bench.whole(text()), opened.name.split('/').at(-1) ?? '', 'application/yaml');
      bench.saved('Downloaded.');
      return;
    }
    const now = text();
    try {
      const reply = await fetch(opened.save, {method: 'PUT', body: JSON.stringify({before: bench.whole(opened.text), text: bench.whole(now)})});
      if (reply.ok) {
        opened.text = now;
        bench.saved(`Saved to ${opened.name}.`);
        if (text() !== now) bench.changed(); // what was written meanwhile
      } else if (reply.status === 409) bench.tell(`Not saved: ${await reply.text()}\nOpen this page anew to go on: it keeps your text.`);
      else bench.tell(`Not saved: ${await reply.text()}`);
    } catch {
      opened.save = '';
      $('save').textContent = 'Download';
      bench.tell('Not saved: kg write has ended. Download the text instead.');
    }
  }
  /** @param {() => Promise<string>} made @param {string} ending @param {string} type */
  async function offer(made, ending, type) {
    try {
      const found = await made();
      if (found) download(found, `${bench.said.holds.id || 'mechanism'}${ending}`, type);
      else bench.fail('no version without errors was drawn yet');
    } catch (error) {
      bench.fail(error);
    }
  }
  $('save').addEventListener('click', save);
  $('save').textContent = opened.save ? 'Save' : 'Download';
  $('save-svg').addEventListener('click', () => offer(() => bench.core.ask('picture', {dark: false}), '.svg', 'image/svg+xml'));
  $('save-changes').addEventListener('click', () => offer(() => bench.core.ask('changes', {text: text()}), '-changes.md', 'text/markdown'));
  addEventListener('keydown', event => { // outside the editor, too
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.key !== 's') return;
    event.preventDefault();
    save();
  });
  $('open').addEventListener('change', async () => {
    const file = $('open').files?.[0];
    if (file) bench.put(await file.text(), 'input.open');
    $('open').value = '';
  });
  addEventListener('beforeunload', event => {
    if (opened.save && text() !== opened.text) event.preventDefault();
  });
  return save;
}
