// How an editor looks: in the colours of the page.
import {HighlightStyle} from '@codemirror/language';
import {EditorView} from '@codemirror/view';
import {tags} from '@lezer/highlight';

export const colours = HighlightStyle.define([
  {tag: tags.keyword, color: 'var(--accent)', fontWeight: '600'},
  {tag: [tags.standard(tags.variableName), tags.operator], color: 'var(--accent)'},
  {tag: tags.local(tags.variableName), color: 'var(--blocks)'},
  {tag: tags.atom, color: 'var(--increases)'},
  {tag: tags.string, color: 'var(--decreases)'},
  {tag: tags.comment, color: 'var(--mute)', fontStyle: 'italic'},
]);
export const look = EditorView.theme({
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
