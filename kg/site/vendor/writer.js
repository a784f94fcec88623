// The editors of write.html: CodeMirror with YAML, told by the page what to complete, what is wrong, and what to do; and one for a
// source text, in which the page marks places.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap, undo, redo} from '@codemirror/commands';
import {StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting} from '@codemirror/language';
import {yaml} from '@codemirror/legacy-modes/mode/yaml';
import {forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics} from '@codemirror/lint';
import {highlightSelectionMatches, search, searchKeymap} from '@codemirror/search';
import {EditorState, StateEffect, StateField} from '@codemirror/state';
import {Decoration, EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers} from '@codemirror/view';
import {colours, look} from './look.js';

/** What both editors have; characters that turn the direction of a text, or are not seen, are shown as such. */
const common = ({label, changed}) => [
  history(), drawSelection(), highlightSpecialChars(), look, EditorView.lineWrapping, search({top: true}),
  EditorView.contentAttributes.of({'aria-label': label, tabindex: '0', spellcheck: 'false', autocapitalize: 'off'}),
  EditorView.updateListener.of(update => update.docChanged && changed()),
];

/**
 * An editor in `parent`, whose styles go into `root` (a shadow root: a page need not allow styles in it).
 * `complete` has completion sources of CodeMirror, `keys` has what a key does, `changed` is called after each change of the text.
 */
export function editor({parent, root, text, label, complete, keys, changed}) {
  return new EditorView({
    parent,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        StreamLanguage.define(yaml), syntaxHighlighting(colours), lintGutter(), highlightSelectionMatches(), autocompletion({override: complete, icons: false}),
        keymap.of([
          ...Object.entries(keys).map(([key, run]) => ({key, run: () => (run(), true), preventDefault: true})),
          ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        ...common({label, changed}),
      ],
    }),
  });
}

/** Shows complaints in the text: `found` has from, to, severity, message, and fixes as [{name, apply}]. */
export function complain(view, found) {
  view.dispatch(setDiagnostics(view.state, found.map(({fixes, ...one}) => ({...one, actions: fixes}))));
}

const marking = StateEffect.define();
const marks = StateField.define({
  create: () => Decoration.none,
  update(held, transaction) {
    for (const effect of transaction.effects) if (effect.is(marking)) return Decoration.set(effect.value, true);
    return held.map(transaction.changes);
  },
  provide: field => EditorView.decorations.from(field),
});

const marked = EditorView.theme({
  '.cm-encoded': {backgroundColor: 'color-mix(in srgb,var(--increases) 15%,transparent)', borderBottom: '2px solid var(--increases)', color: 'inherit'},
});

/** An editor of a source text: plain, with marks. */
export function reader({parent, root, text, label, changed}) {
  return new EditorView({
    parent,
    root,
    state: EditorState.create({doc: text, extensions: [marks, marked, keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]), ...common({label, changed})]}),
  });
}

/** Marks places of a source text: `found` has from, to, and the title that each shows. */
export function mark(view, found) {
  view.dispatch({effects: marking.of(found.map(({from, to, title}) => Decoration.mark({tagName: 'mark', class: 'cm-encoded', attributes: {title}}).range(from, to)))});
}
export {undo, redo, forEachDiagnostic, startCompletion};
