// In a course system: tells it which stops were seen, and how readers judge their own answers (SCORM 1.2).
'use strict';

/** Nothing where no course system is around. @param {Page} page */
function scorm({scene, state, go}) {
  const SCORE = 'cmi.core.score.', STATUS = 'cmi.core.lesson_status', DONE = ['completed', 'passed'];
  const started = Date.now(), buttons = /** @type {HTMLButtonElement[]} */ (all('[data-judge]'));
  const asked = new Set(buttons.map(button => Number(button.dataset.judge)));

  /** What the system offers: in a window around this one, or around the one that opened it. */
  function offered() {
    for (let at of [window, window.opener])
      for (let last = null; at && at !== last; [last, at] = [at, at.parent])
        try {
          if (at.API) return /** @type {CourseSystem} */ (at.API);
        } catch {
          break; // a window of another origin keeps what it has
        }
    return null;
  }
  const found = offered();
  if (!found || String(found.LMSInitialize('')) !== 'true') return null;
  const api = found, before = new URLSearchParams(api.LMSGetValue('cmi.suspend_data'));
  const looking = ['browse', 'review'].includes(api.LMSGetValue('cmi.core.lesson_mode')); // nothing counts then
  /** @param {string} key @returns {number[]} */
  const numbers = key => before.getAll(key).map(Number);
  /** The stops that were seen, and by stop whether the reader had the answer. */
  const seen = new Set(numbers('seen')), had = new Map(/** @type {[number, boolean][]} */ ([...numbers('had').map(n => [n, true]), ...numbers('not').map(n => [n, false])]));

  /** @type {Map<string, string>} */
  const told = new Map;
  /** @param {string} name @param {string | number} value */
  function tell(name, value) {
    if (told.get(name) === String(value)) return;
    told.set(name, String(value));
    accepted(api.LMSSetValue(name, String(value)));
  }
  let refused = '';
  /** @param {string} answer */
  function accepted(answer) {
    if (String(answer) !== 'true') refused = api.LMSGetErrorString(api.LMSGetLastError()) || speak('it gives no reason');
  }

  function report() {
    const complete = scene.stops.every((_, n) => seen.has(n + 1)), right = [...had.values()].filter(Boolean).length;
    for (const button of buttons) button.setAttribute('aria-pressed', String(had.get(Number(button.dataset.judge)) === (button.value === '1')));
    if (looking) return;
    refused = '';
    if (!DONE.includes(api.LMSGetValue(STATUS))) tell(STATUS, complete ? 'completed' : 'incomplete');
    if (had.size) {
      tell(SCORE + 'min', 0);
      tell(SCORE + 'max', 100);
      tell(SCORE + 'raw', Math.round(100 * right / asked.size));
    }
    tell('cmi.core.lesson_location', state.stop);
    tell('cmi.suspend_data', new URLSearchParams([...[...seen].map(n => ['seen', String(n)]), ...[...had].map(([n, yes]) => [yes ? 'had' : 'not', String(n)])]).toString());
    accepted(api.LMSCommit(''));
    $('reported').textContent = refused ? speak`The course system did not take this: ${refused}.` :
      had.size ? speak`Reported to the course: ${seen.size} of ${scene.stops.length} stops seen, ${right} of ${asked.size} answers right by your own judgement.` :
      speak`Reported to the course: ${seen.size} of ${scene.stops.length} stops seen.`;
  }
  function show() {
    if (state.tab === 'tour' && state.stop && !state.pick) seen.add(state.stop);
    report();
  }

  for (const button of buttons) button.addEventListener('click', () => {
    had.set(Number(button.dataset.judge), button.value === '1');
    report();
  });
  for (const one of all('.judge')) one.hidden = false;
  let ended = false;
  addEventListener('pagehide', () => {
    if (ended) return;
    ended = true;
    if (!looking) {
      const seconds = Math.round((Date.now() - started) / 1000);
      /** @type {(n: number, digits: number) => string} */
      const written = (n, digits) => String(n).padStart(digits, '0');
      tell('cmi.core.session_time', [written(Math.floor(seconds / 3600), 4), written(Math.floor(seconds / 60) % 60, 2), written(seconds % 60, 2)].join(':'));
      tell('cmi.core.exit', told.get(STATUS) === 'incomplete' ? 'suspend' : '');
    }
    api.LMSFinish('');
  });
  const last = Number(api.LMSGetValue('cmi.core.lesson_location'));
  if (last && !state.stop && !state.pick) go(last);
  show();
  return {show};
}
