// The editor of query.html: CodeMirror with SPARQL, told by the page what to complete and what to do.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands';
import {HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting} from '@codemirror/language';
import {sparql} from '@codemirror/legacy-modes/mode/sparql';
import {EditorState} from '@codemirror/state';
import {EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers} from '@codemirror/view';
import {tags} from '@lezer/highlight';

const colours = HighlightStyle.define([
  {tag: tags.keyword, color: 'var(--accent)', fontWeight: '600'},
  {tag: [tags.standard(tags.variableName), tags.operator], color: 'var(--accent)'},
  {tag: tags.local(tags.variableName), color: 'var(--blocks)'},
  {tag: tags.atom, color: 'var(--increases)'},
  {tag: tags.string, color: 'var(--decreases)'},
  {tag: tags.comment, color: 'var(--mute)', fontStyle: 'italic'},
]);
const look = EditorView.theme({
  '&': {backgroundColor: 'var(--panel)', color: 'var(--ink)', fontSize: '.92rem'},
  '.cm-content': {fontFamily: 'ui-monospace,"DejaVu Sans Mono",monospace', caretColor: 'var(--ink)', padding: '.6rem 0'},
  '.cm-gutters': {backgroundColor: 'var(--paper)', color: 'var(--mute)', borderRight: '1px solid var(--rule)'},
  '.cm-activeLine': {backgroundColor: 'color-mix(in srgb,var(--accent) 5%,transparent)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {backgroundColor: 'var(--lit) !important'},
  '.cm-matchingBracket': {backgroundColor: 'var(--lit) !important', outline: '1px solid var(--mute)'},
  '.cm-tooltip': {backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--mute)', borderRadius: '9px'},
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {backgroundColor: 'var(--accent) !important', color: 'var(--on-accent) !important'},
  '.cm-completionDetail': {fontStyle: 'normal', opacity: '.85'},
  '.cm-completionInfo': {maxWidth: '22rem', padding: '.4rem .7rem'},
});

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
