// The text of the mechanism: the editor, what of it is not saved, and the edits that the page makes. Each edit is one step of undo.
'use strict';

/**
 * @param {Opened} opened @param {Complete} complete
 * @param {{keys: Record<string, () => void>, changed: () => void, tell: (words: string) => void}} on what happens then @returns {Paper}
 */
function paper(opened, complete, on) {
  const ends = !opened.text.replaceAll('\r\n', '').includes('\n') && opened.text.includes('\r\n') ? '\r\n' : '\n';
  opened.text = opened.text.replaceAll('\r\n', '\n'); // as the editor has it
  const KEPT = `kg-write ${opened.kept || location.pathname}`;
  /** What was not saved last time, and the text that it was made from. @returns {[string, string] | null} */
  const stored = () => { try { return JSON.parse(localStorage.getItem(KEPT) ?? 'null'); } catch { return null; } };
  /** @param {string} text */
  const keep = text => {
    try {
      if (text === opened.text) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, JSON.stringify([opened.text, text]));
    } catch { /* a page from a file may keep nothing: then saving is up to the reader */ }
  };
  const last = stored(), [madeFrom, draft] = last ?? [opened.text, opened.text || opened.starter], shadow = $('editor').attachShadow({mode: 'open'});
  const view = codemirror.editor({
    parent: shadow, root: shadow, text: draft, label: 'The text of the mechanism', complete, keys: on.keys, changed() {
      keep(text());
      on.tell(text() === opened.text ? 'As opened.' : 'Not saved.');
      on.changed();
    }
  });
  shadow.querySelector('.cm-content')?.setAttribute('tabindex', '0'); // it takes focus anyway; checkers want to read so
  const text = () => view.state.doc.toString();
  /** @type {Paper['place']} */
  const place = (line, column) => {
    const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    return Math.min(at.from + column - 1, at.to);
  };
  /** @type {Paper['put']} */
  const put = (insert, how = 'input') => view.dispatch({changes: {from: 0, to: view.state.doc.length, insert}, userEvent: how});
  if (draft !== opened.text) {
    $('restored').hidden = !last;
    $('overwrites').hidden = madeFrom === opened.text;
    on.tell(last ? 'Not saved.' : 'A starter, not saved yet.');
    $('discard').addEventListener('click', () => {
      put(opened.text);
      $('restored').hidden = true;
      view.focus();
    });
  }
  $('undo').addEventListener('click', () => codemirror.undo(view));
  $('redo').addEventListener('click', () => codemirror.redo(view));
  return {
    view, text, place, put,
    whole: said => said.replaceAll('\n', ends),
    line: () => view.state.doc.lineAt(view.state.selection.main.head).text,
    insert: (words, how) => view.dispatch({changes: {from: view.state.selection.main.head, insert: words}, userEvent: `input.${how}`}),
    write(part, entry) {
      const found = addition(text(), part, entry);
      if (found) view.dispatch({changes: found, selection: {anchor: found.from + found.insert.length}, scrollIntoView: true, userEvent: 'input.form'});
      else on.tell(`Nothing was added: all of ${part} stands in one line; write each on a line of its own first.`);
      return Boolean(found);
    },
    make({changes, select}, how) {
      view.dispatch({changes, userEvent: `input.${how}`, ...select ? {selection: {anchor: select[0], head: select[1]}, scrollIntoView: true} : {}});
      if (select) view.focus();
    },
    saved(words) {
      on.tell(words);
      $('restored').hidden = true;
      try { localStorage.removeItem(KEPT); } catch { /* nothing was kept */ }
    }
  };
}
