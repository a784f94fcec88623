// Another name for what the cursor is on, wherever the text names it.
'use strict';

/** @param {Bench} bench @returns {() => Promise<void>} what asks for the name */
function naming(bench) {
  const dialog = $('naming');
  /** @type {{of: string, old: string} | null} */
  let what = null;
  async function ask() {
    if (bench.root.dataset.core !== 'ready') return bench.tell('Python is not up yet.');
    const found = await bench.core.ask('named', {text: bench.text(), at: bench.view.state.selection.main.head});
    if (!found.of || found.of === 'edge') return bench.tell('Put the cursor on the name of a node, place, source or condition.');
    what = {of: found.of, old: found.name};
    $('naming-what').textContent = `New name for the ${found.of} ${found.name}, which is written in ${found.times} place${found.times === 1 ? '' : 's'}`;
    $('naming-says').textContent = '';
    $('new-name').value = found.name;
    dialog.showModal();
    $('new-name').select();
  }
  async function rename() {
    if (!what) return;
    const done = await bench.edit('rename', {...what, new: $('new-name').value.trim()});
    if (!done) return void ($('naming-says').textContent = $('state').textContent);
    dialog.close();
    bench.tell(`${what.old} is ${$('new-name').value.trim()} now, everywhere.`);
  }
  $('rename').addEventListener('click', ask);
  $('naming-do').addEventListener('click', rename);
  $('naming-cancel').addEventListener('click', () => dialog.close());
  $('new-name').addEventListener('keydown', event => { if (event.key === 'Enter') rename(); });
  dialog.addEventListener('close', () => bench.view.focus());
  return ask;
}
