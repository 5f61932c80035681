// The browser's half of dosing/ui/guard.py: hides results that may be untrue, keeps entries.
const BEAT = 1000; // between two heartbeats [ms]
const SILENCE = 4000; // without an answer, the connection counts as lost [ms]
const FRESH = SILENCE / 2; // an answer this young brings results back; an older one would soon be silence again [ms]
const MISMATCH = 3000; // fields and results may differ this long, greyed, before results go [ms]
const PATIENCE = 8000; // a click waits this long for what was typed before it [ms]
const HURRY = 5000; // between two attempts to mend a lost connection [ms]

const SAY = {
  silent:
    'Connection to the calculator was lost. Results are hidden, because they may not match the ' +
    'values entered. They come back by themselves if the connection does; otherwise reload the page.',
  mismatch:
    'The results were not calculated from the values now entered. Results are hidden. ' +
    'Change a value to calculate again, or reload the page.',
};

const tidy = (text) => (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
const CONTROLS = 'input, select, textarea, button.widget-toggle-button, [role="radio"], [aria-pressed]';

// The text of one field, as the reader sees it; null when there is no control to read.
function fieldText(field) {
  const mine = [...field.querySelectorAll(CONTROLS)].filter((c) => c.closest('.dosing-field') === field);
  if (!mine.length) return null;
  const radios = mine.filter((c) => c.type === 'radio');
  if (radios.length) {
    const on = radios.find((c) => c.checked);
    return on ? tidy((on.closest('label') ?? on.labels?.[0] ?? on.parentElement).textContent) : '';
  }
  const select = mine.find((c) => c.tagName === 'SELECT');
  if (select) return select.selectedIndex < 0 ? '' : tidy(select.options[select.selectedIndex].textContent);
  const tick = mine.find((c) => c.type === 'checkbox');
  if (tick) return tick.checked ? 'yes' : 'no';
  const box = mine.find((c) => c.tagName === 'INPUT' || c.tagName === 'TEXTAREA');
  if (box) return box.value;
  const on = mine.find(
    (c) => c.classList.contains('mod-active') || c.getAttribute('aria-pressed') === 'true' || c.getAttribute('aria-checked') === 'true',
  );
  return on ? tidy(on.textContent) : '';
}

const nameOf = (field) => [...field.classList].find((c) => c.startsWith('f-'))?.slice(2) ?? '';
const app = () => document.querySelector('.dosing-app');

// [name, text] of every field on the page; a name may stand twice where a field is shown twice.
const readFields = () => [...(app()?.querySelectorAll('.dosing-field') ?? [])].map((f) => [nameOf(f), fieldText(f)]);

const localTime = (d) => {
  const two = (n) => String(n).padStart(2, '0');
  return (
    `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}` +
    `T${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
  );
};

function guard(model, el) {
  const bar = document.createElement('div');
  bar.className = 'dosing-guard';
  bar.setAttribute('role', 'alert');
  bar.hidden = true;
  el.appendChild(bar);

  const sent = new Map(); // number of a ping -> when it was sent
  let beat = 0;
  let floor = 1; // only the answer to this ping, or a later one, counts
  let heard = null; // when the youngest answered ping was sent
  let since = performance.now(); // silence is counted from here until something is heard
  let trust = 'waiting'; // for a first answer; then 'fresh', or 'lost' until an answer is fresh again
  let differs = null; // since when fields and results differ
  let mended = 0;
  let wall = Date.now();

  const show = (live, stale, words) => {
    const root = app();
    root?.classList.toggle('dosing-live', live);
    root?.classList.toggle('dosing-stale', stale);
    if (bar.textContent !== words) bar.textContent = words;
    bar.hidden = !words;
  };

  const check = () => {
    if (!app()) return;
    const now = performance.now();
    const age = now - (heard ?? since);
    if (age > SILENCE) trust = 'lost';
    else if (heard !== null && age <= FRESH) trust = 'fresh';
    const target = model.get('computed_for') ?? {};
    const same = readFields().every(([name, text]) => text !== null && Object.hasOwn(target, name) && text === target[name]);
    if (same) differs = null;
    else differs ??= now;
    const apart = differs !== null && now - differs > MISMATCH;
    if (trust === 'lost') show(false, true, SAY.silent);
    else if (!model.get('ok')) show(false, true, model.get('message') || SAY.mismatch);
    else if (apart) show(false, true, SAY.mismatch);
    // Before the first answer the page may be old (a preheated one is): not yet live.
    else if (trust === 'waiting') show(app().classList.contains('dosing-live'), true, '');
    else show(true, !same, '');
  };

  const ping = () => {
    const d = new Date();
    sent.set(++beat, performance.now());
    for (const old of sent.keys()) if (old < beat - 120) sent.delete(old);
    model.send({ ping: beat, now: localTime(d), utc_offset_min: -d.getTimezoneOffset(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? '' });
  };

  // After any pause what is on the page is old until the calculator has answered afresh.
  const distrust = () => {
    floor = beat + 1;
    heard = null;
    trust = 'waiting';
    since = performance.now();
  };
  const resume = () => {
    distrust();
    ping();
    check();
  };

  const mend = (now) => {
    if (now - (heard ?? since) < SILENCE || now - mended < HURRY) return;
    mended = now;
    // The kernel connection waits longer after each failure and then gives up: ask it again.
    model.widget_manager?.kernel?.reconnect?.()?.catch?.(() => {});
  };

  const tick = () => {
    const paused = Date.now() - wall > SILENCE + BEAT; // the machine slept
    wall = Date.now();
    if (document.hidden) return; // so that a forgotten page can be ended by the server
    if (paused) return resume();
    const now = performance.now();
    const quietFor = now - (heard ?? since);
    if (quietFor < 3 * SILENCE || now - (sent.get(beat) ?? 0) > HURRY) ping();
    mend(now);
    check();
  };

  const onMessage = (m) => {
    if (!m || m.pong === undefined || m.pong < floor || !sent.has(m.pong)) return;
    // Counted from when it was asked: answers that were held up prove nothing about now.
    heard = Math.max(heard ?? 0, sent.get(m.pong));
    check();
  };
  const onVisible = () => {
    if (document.hidden) {
      distrust();
      check();
    } else resume();
  };
  const soon = () => queueMicrotask(check);

  // A click goes on only when the calculator has what the fields held at that moment, and with it:
  // what is typed travels in messages of its own, which a click would overtake.
  const carried = []; // clicks on their way: {name, fields, at}
  const sendCarried = () => {
    const target = model.get('computed_for') ?? {};
    while (carried.length) {
      const { name, fields, at } = carried[0];
      const known = Object.entries(fields).every(([field, text]) => target[field] === text);
      if (!known && performance.now() - at < PATIENCE) return;
      carried.shift();
      model.send({ click: name, fields });
    }
  };
  const carry = (event) => {
    const button = event.target instanceof Element ? event.target.closest('.dosing-carries') : null;
    if (!button) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const name = [...button.classList].find((c) => c.startsWith('a-'))?.slice(2) ?? '';
    if (button.disabled || carried.some((one) => one.name === name)) return;
    const fields = Object.fromEntries(readFields().filter(([, text]) => text !== null));
    carried.push({ name, fields, at: performance.now() });
    sendCarried();
  };

  model.on('msg:custom', onMessage);
  model.on('change:computed_for', sendCarried);
  document.addEventListener('click', carry, true);
  for (const t of ['computed_for', 'ok', 'message']) model.on(`change:${t}`, check);
  for (const e of ['input', 'change', 'click']) document.addEventListener(e, soon, true);
  document.addEventListener('visibilitychange', onVisible);
  window.addEventListener('pageshow', onVisible);
  const beats = setInterval(tick, BEAT);
  const looks = setInterval(() => {
    sendCarried();
    if (!document.hidden) check();
  }, BEAT / 4);
  resume();

  return () => {
    clearInterval(beats);
    clearInterval(looks);
    model.off('msg:custom', onMessage);
    model.off('change:computed_for', sendCarried);
    document.removeEventListener('click', carry, true);
    for (const t of ['computed_for', 'ok', 'message']) model.off(`change:${t}`, check);
    for (const e of ['input', 'change', 'click']) document.removeEventListener(e, soon, true);
    document.removeEventListener('visibilitychange', onVisible);
    window.removeEventListener('pageshow', onVisible);
    app()?.classList.remove('dosing-live'); // without a guard nothing counts as a result
  };
}

function keeper(model, el) {
  const key = `dosing:${model.get('panel')}`;
  const me = `${Date.now()}-${Math.random()}`;
  const box = document.createElement('div');
  box.className = 'dosing-keeper';
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', 'Kept entries');
  box.hidden = true;
  el.appendChild(box);

  let asking = false; // the question is open: the stored copy is not touched
  let elsewhere = false; // another window of this browser keeps its entries
  let waiting = true; // until other windows had time to answer
  let first = null; // the page as it was before it was first touched: nothing to keep
  let last = null;
  let timer = null;

  const page = () => ({ entries: Object.fromEntries(readFields()), record: model.get('record') ?? {} });
  // What tells one state of the page from another: a panel that opens with blank fields is no entry.
  const essence = ({ entries, record }) => JSON.stringify([Object.entries(entries).filter(([, text]) => text).sort(), record]);

  const load = () => {
    try {
      const copy = JSON.parse(localStorage.getItem(key));
      const age = Date.now() - Date.parse(copy.saved_at);
      if (!(age < model.get('keep_hours') * 3600e3)) {
        localStorage.removeItem(key);
        return null;
      }
      return copy.entries && typeof copy.entries === 'object' ? copy : null;
    } catch {
      return null;
    }
  };
  const forget = () => {
    first = last = null;
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing could be stored either.
    }
  };
  const save = () => {
    if (asking || elsewhere || waiting || first === null || !app()) return;
    const whole = page();
    const now = essence(whole);
    if (now === last || (now === first && last === null)) return;
    try {
      if (now === first) {
        last = null;
        return localStorage.removeItem(key);
      }
      localStorage.setItem(key, JSON.stringify({ ...whole, saved_at: new Date().toISOString(), label: model.get('label') }));
      last = now;
    } catch {
      tell('This browser does not let the page keep entries: a reload will lose them.', true);
    }
  };

  const tell = (words, problem) => {
    const p = document.createElement('p');
    p.textContent = words;
    p.setAttribute('role', 'status');
    if (problem) p.className = 'problem';
    box.replaceChildren(p);
    box.hidden = !words;
    return p;
  };
  const button = (label, act) => {
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = label;
    b.addEventListener('click', act);
    box.appendChild(b);
    return b;
  };
  const close = () => {
    clearTimeout(timer);
    asking = false;
    box.hidden = true;
    box.replaceChildren();
  };

  const ask = (copy, problem = '') => {
    asking = true;
    const at = new Date(copy.saved_at);
    const clock = localTime(at).slice(11, 16);
    const day = at.toDateString() === new Date().toDateString() ? '' : ` on ${localTime(at).slice(0, 10)}`;
    const whose = copy.label ? ` (${copy.label})` : '';
    tell(`${problem}Entries from ${clock}${day}${whose} are kept in this browser.`, Boolean(problem));
    button('Restore', () => {
      model.send({ restore: { entries: copy.entries, record: copy.record ?? {} } });
      tell('Restoring…');
      timer = setTimeout(() => ask(copy, 'The calculator did not answer. '), 8000);
    });
    button('Discard', () => {
      const untouched = first;
      forget();
      first = untouched; // what was typed while the question was open is kept from now on
      close();
    });
  };

  const onMessage = (m) => {
    if (m?.clear && !asking) forget();
    if (m?.restored === true) {
      close();
    } else if (m?.restored === false) {
      clearTimeout(timer);
      const copy = load();
      if (copy) ask(copy, 'The entries could not be restored. ');
    }
  };

  // Two windows must not write over each other's patient: the one that came first keeps.
  const channel = new BroadcastChannel(key);
  channel.onmessage = ({ data }) => {
    if (data.who && data.who !== me && !elsewhere) channel.postMessage({ here: me, to: data.who });
    if (data.to === me && waiting) elsewhere = true;
  };
  channel.postMessage({ who: me });
  const settle = setTimeout(() => {
    waiting = false;
    if (elsewhere) {
      tell('Another window of this browser has this panel open and keeps its entries. Entries in this window are lost by a reload.');
      return;
    }
    const copy = load();
    if (copy) ask(copy);
  }, 300);

  const touch = (e) => {
    if (e.target instanceof Element && e.target.closest('.dosing-app')) first ??= essence(page());
  };
  const touches = ['focusin', 'pointerdown', 'keydown'];

  model.on('msg:custom', onMessage);
  for (const t of touches) document.addEventListener(t, touch, true);
  const beats = setInterval(save, BEAT);
  window.addEventListener('pagehide', save);
  return () => {
    clearTimeout(settle);
    clearTimeout(timer);
    clearInterval(beats);
    for (const t of touches) document.removeEventListener(t, touch, true);
    window.removeEventListener('pagehide', save);
    model.off('msg:custom', onMessage);
    channel.close();
  };
}

export default {
  render({ model, el }) {
    return model.get('part') === 'keeper' ? keeper(model, el) : guard(model, el);
  },
};
