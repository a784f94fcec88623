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
  /** What can be taken away: how it is made, how its name ends, its type, and what it means that there is none.
   * @type {Record<string, [() => string | Promise<string>, string, string, string]>} */
  const forms = {
    yaml: [text, '.yaml', 'application/yaml', 'the text is empty'],
    svg: [() => bench.core.ask('svg', {}), '.svg', 'image/svg+xml', 'no version without errors was drawn yet'],
    html: [() => bench.core.ask('export', {text: text(), form: 'html'}), '.html', 'text/html', ''],
    ttl: [() => bench.core.ask('export', {text: text(), form: 'ttl'}), '.ttl', 'text/turtle', ''],
    changes: [() => bench.core.ask('changes', {text: text()}), '-changes.md', 'text/markdown', ''],
    patch: [() => bench.core.ask('export', {text: text(), form: 'patch'}), '.patch', 'text/x-patch', 'nothing changed since the text was opened']
  };
  /** @param {string} form */
  async function offer(form) {
    const [made, ending, type, none] = forms[form];
    $('export').open = false;
    bench.tell('Writing…');
    try {
      const found = await made(), name = `${bench.said.holds.id || 'mechanism'}${ending}`;
      if (!found) throw new Error(none);
      download(found, name, type);
      bench.tell(`Downloaded ${name}.`);
    } catch (error) {
      bench.tell(`Nothing was written: ${error instanceof Error ? error.message : error}.`.replace(/\.\.$/, '.'));
    }
  }
  $('save').addEventListener('click', save);
  $('save').textContent = opened.save ? 'Save' : 'Download';
  for (const button of $('export').querySelectorAll('button')) button.addEventListener('click', () => offer(button.dataset.form ?? ''));
  document.addEventListener('click', event => {
    if (!$('export').contains(/** @type {Node} */ (event.target))) $('export').open = false;
  });
  $('export').addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    $('export').open = false;
    $('export').querySelector('summary')?.focus();
  });
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
