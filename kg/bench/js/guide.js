// For who is here for the first time: examples to open, and a tour of two minutes through the parts of the page.
'use strict';

/** The stops of the tour: what each is about, and what there is to say. @type {[keyof Ids, string, string, string][]} */
const STOPS = [
  ['write', 'write', 'The text', 'A mechanism is a list of sentences, each with its evidence. Here you write it as text. Ctrl-Space completes keys, verbs and names; F2 renames what the cursor is on, everywhere.'],
  ['as-form', 'write', 'The same as a form', 'Form shows the sentences in words. Open one to choose subject, verb, object and evidence from lists. Text and form are one document: change either.'],
  ['see', 'see', 'The picture', 'The picture is drawn again after each edit without errors. Click a box or a line to go to its place in the text.'],
  ['read', 'read', 'What kg says', 'Errors stand here, with buttons that mend them. Below are the outcomes that your last edit changed, and why; What if sets a node and compares.'],
  ['paper', 'write', 'From a source text', 'Paste or open the text that you encode. Select words to make them evidence, or let kg suggest sentences; check each in the text.'],
  ['save', 'write', 'Saving', 'Each edit is one step of Undo. The browser keeps what you write until you save it. To practise, open the exercise under Examples.']];

/** @param {Bench} bench @param {(text: string) => void} read what puts a source text beside the mechanism */
function guide(bench, read) {
  const {text: exercise, ...mechanisms} = bench.opened.examples, TAKEN = 'kg-write-tour';
  $('examples').addEventListener('change', () => {
    const name = $('examples').value;
    $('examples').value = '';
    if (name !== 'empty' && name !== 'finished') return;
    bench.put(mechanisms[name], 'input.example');
    read(exercise);
    $('paper').open = true;
    bench.tell('The exercise is open; Undo brings your text back. Everything in it is made up.');
  });

  let at = 0;
  /** @param {number} n */
  function stop(n) {
    for (const lit of document.querySelectorAll('.toured')) lit.classList.remove('toured');
    const there = STOPS[n];
    $('tour').hidden = !there;
    if (!there) return $('help').focus();
    at = n;
    const [id, panel, title, text] = there;
    bench.panel(panel);
    if (id === 'paper') $('paper').open = true;
    $(id).classList.add('toured');
    $(id).scrollIntoView({block: 'nearest'});
    $('tour-title').textContent = `${n + 1} of ${STOPS.length}: ${title}`;
    $('tour-text').textContent = text;
    $('tour-back').disabled = n === 0;
    $('tour-next').textContent = n + 1 < STOPS.length ? 'Next' : 'Done';
    $('tour-next').focus();
  }
  function offered() {
    $('offer-tour').hidden = true;
    try { localStorage.setItem(TAKEN, 'offered'); } catch { /* then it is offered again */ }
  }
  try { $('offer-tour').hidden = localStorage.getItem(TAKEN) !== null; } catch { $('offer-tour').hidden = true; }
  $('take-tour').addEventListener('click', () => { offered(); stop(0); });
  $('no-tour').addEventListener('click', offered);
  $('help').addEventListener('click', () => stop(0));
  $('tour-back').addEventListener('click', () => stop(at - 1));
  $('tour-next').addEventListener('click', () => stop(at + 1));
  $('tour-close').addEventListener('click', () => stop(-1));
  $('tour').addEventListener('keydown', event => { if (event.key === 'Escape') stop(-1); });
}
