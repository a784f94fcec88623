// The writing bench, put together. The text is the whole state; what stands beside it follows from the last answer of Python, which
// every part hears (`bench.hear`).
'use strict';
(async () => {
  const root = document.documentElement, core = python();
  /** @type {Opened} */
  let opened = JSON.parse($('opened').textContent ?? '');
  try {
    opened = await arrived(opened);
  } catch (error) {
    $('wrong-address').textContent = `The address holds no text that can be read (${error instanceof Error ? error.message : error}). Here is a starter instead.`;
    $('wrong-address').hidden = false;
  }
  /** @type {((said: Said) => void | Promise<void>)[]} */
  const listeners = [];
  /** @type {() => Promise<void>} */
  let save = async () => {}, rename = save;
  let ready = false, due = 0, looking = false, again = false;

  /** @param {string} words */
  const tell = words => { $('state').textContent = words; };
  function changed() {
    performance.mark('edited'); // benchmarks/write.py reads the marks
    clearTimeout(due);
    due = setTimeout(look, 60);
  }
  /** @type {Bench} */
  const bench = {
    ...paper(opened, completion(() => bench.words, () => bench.said.holds, async (phrases, terms) => ready ? core.ask('names', {phrases, terms}) : []), {keys: {'Mod-s': () => save(), F2: () => rename()}, changed, tell}),
    root, opened, core, tell, fail, panel, changed, words: null, run: null, redraw() {}, untested() {},
    said: {valid: false, sound: false, complaints: [], runs: '', outcomes: [], changed: [], expectations: [], holds: {id: '', title: '', nodes: [], edges: [], conditions: [], sources: [], places: []}},
    hear: listener => { listeners.push(listener); },
    names: () => bench.said.valid || bench.said.holds.nodes.length > 0 || !bench.text().trim(),
    async edit(how, given) {
      for (;;) {
        const text = bench.text(), {error, changes, select} = await core.ask('edit', {text, how, given});
        if (error) tell(error);
        if (error || !changes) return false;
        if (bench.text() !== text) continue; // somebody wrote meanwhile
        bench.make({changes, select}, how);
        return true;
      }
    },
    go(line, column) {
      panel('write');
      if ($('editor').hidden) $('as-text').click();
      bench.view.dispatch({selection: {anchor: bench.place(line, column)}, scrollIntoView: true});
      bench.view.focus();
    }
  };
  async function look() {
    if (!ready) return;
    if (looking) { again = true; return; }
    looking = true;
    const asked = bench.text();
    try {
      bench.said = await core.ask('look', {text: asked, fixes: false});
      if (asked === bench.text()) {
        for (const hear of listeners) await hear(bench.said);
        performance.mark('answered');
      }
    } catch (error) {
      fail(error);
    }
    looking = false;
    if (again) {
      again = false;
      look();
    }
  }
  /** @param {unknown} error */
  function fail(error) {
    $('verdict').textContent = `kg could not answer: ${error instanceof Error ? error.message : error}`;
    $('verdict').dataset.wrong = 'true';
  }

  const shows = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-show]'));
  /** @param {string} name */
  function panel(name) { // on a narrow screen one is seen at a time
    document.body.dataset.panel = name;
    for (const button of shows) button.setAttribute('aria-pressed', String(button.dataset.show === name));
  }
  for (const button of shows) button.addEventListener('click', () => panel(button.dataset.show ?? ''));
  panel('write');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const theme = () => { root.dataset.theme = dark.matches ? 'dark' : 'light'; };
  theme();
  dark.addEventListener('change', () => { theme(); look(); });

  save = saving(bench);
  rename = naming(bench);
  lexicon(bench);
  answers(bench);
  running(bench);
  form(bench);
  sheet(bench);
  guide(bench, source(bench));
  picture(bench); // last: it takes longest
  performance.mark('usable');
  core.start().then(async () => {
    bench.words = await core.ask('words', {});
    await core.ask('open', {text: opened.text, name: opened.name});
    ready = true;
    await look();
    performance.mark('up');
    root.dataset.core = 'ready';
  }).catch(error => {
    root.dataset.core = 'failed';
    fail(error);
  });
  window.bench = Object.freeze({text: bench.text, line: bench.line, put: bench.put}); // for tests, and for pages that embed the bench
})();
