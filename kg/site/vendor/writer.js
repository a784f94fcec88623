// The editor of write.html: CodeMirror with YAML, told by the page what to complete, what is wrong, and what to do.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap, undo, redo} from '@codemirror/commands';
import {StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting} from '@codemirror/language';
import {yaml} from '@codemirror/legacy-modes/mode/yaml';
import {forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics} from '@codemirror/lint';
import {highlightSelectionMatches, search, searchKeymap} from '@codemirror/search';
import {EditorState} from '@codemirror/state';
import {EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers} from '@codemirror/view';
import {colours, look} from './look.js';

/**
 * An editor in `parent`, whose styles go into `root` (a shadow root: a page need not allow styles in it).
 * `complete` is a completion source of CodeMirror's, `save` is called on Ctrl-S, `changed` after each change of the text.
 */
export function editor({parent, root, text, label, complete, save, changed}) {
  return new EditorView({
    parent,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        StreamLanguage.define(yaml), syntaxHighlighting(colours), look, EditorView.lineWrapping, lintGutter(), search({top: true}),
        highlightSelectionMatches(), autocompletion({override: [complete], icons: false}),
        keymap.of([
          {key: 'Mod-s', run: () => (save(), true), preventDefault: true},
          ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({'aria-label': label, spellcheck: 'false', autocapitalize: 'off'}),
        EditorView.updateListener.of(update => update.docChanged && changed()),
      ],
    }),
  });
}

/** Shows complaints in the text: `found` has from, to, severity, message, and fixes as [{name, insert}]. */
export function complain(view, found) {
  view.dispatch(setDiagnostics(view.state, found.map(({fixes, ...one}) => ({
    ...one, actions: fixes.map(({name, insert}) => ({
      name, apply: (editor, from, to) => editor.dispatch({changes: {from, to, insert}, userEvent: 'input.fix'}),
    })),
  }))));
}
export {undo, redo, forEachDiagnostic};
