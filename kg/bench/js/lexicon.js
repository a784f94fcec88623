// The lexicon, which loads on demand: from beside the page, or from a file where the page itself is one.
'use strict';

/** @param {Bench} bench */
function lexicon(bench) {
  const button = $('lexicon'), file = $('lexicon-file');
  /** @param {Promise<Blob>} given */
  async function learn(given) {
    button.disabled = true;
    bench.tell('Loading the lexicon.');
    try {
      await bench.core.learn(new Uint8Array(await (await given).arrayBuffer()));
      button.hidden = true;
      bench.root.dataset.lexicon = 'ready';
      bench.tell('The lexicon is loaded: its names are completed, checked and suggested.');
      bench.changed();
    } catch (error) {
      button.disabled = false;
      bench.tell(`The lexicon was not loaded: ${error instanceof Error ? error.message : error}`);
    }
  }
  async function beside() {
    const reply = await fetch(bench.opened.lexicon);
    if (!reply.ok) throw new Error(`there is no ${bench.opened.lexicon} beside this page`);
    return reply.blob();
  }
  button.addEventListener('click', () => {
    if (bench.opened.lexicon && location.protocol !== 'file:') learn(beside());
    else file.click();
  });
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    if (chosen) learn(Promise.resolve(chosen));
    file.value = '';
  });
}
