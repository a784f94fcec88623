// The editor of query.html: CodeMirror with SPARQL, told by the page what to complete and what to do.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands';
import {StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting} from '@codemirror/language';
import {sparql} from '@codemirror/legacy-modes/mode/sparql';
import {EditorState} from '@codemirror/state';
import {EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers} from '@codemirror/view';
import {colours, look} from './look.js';

/**
 * An editor in `parent`, whose styles go into `root` (a shadow root: a page need not allow styles in it).
 * `complete` is a completion source of CodeMirror's, `run` is called on Ctrl-Enter, `changed` after each change.
 */
export function editor({parent, root, text, label, complete, run, changed}) {
  return new EditorView({
    parent,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        StreamLanguage.define(sparql), syntaxHighlighting(colours), look, EditorView.lineWrapping,
        autocompletion({override: [complete], icons: false}),
        keymap.of([
          {key: 'Mod-Enter', run: () => (run(), true)},
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({'aria-label': label, spellcheck: 'false', autocapitalize: 'off'}),
        EditorView.updateListener.of(update => update.docChanged && changed()),
      ],
    }),
  });
}
