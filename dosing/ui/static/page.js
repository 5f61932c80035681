// What the page needs beside its widgets (dosing/ui/fields.py): sentences at fields, names and
// states for screen readers, downloads of the picture, and whether the page is narrow.
const NARROW = '(max-width: 719px)';
const app = () => document.querySelector('.dosing-app');
const nameOf = (field) => [...field.classList].find((c) => c.startsWith('f-'))?.slice(2) ?? '';
const put = (el, name, value) => {
  if (el && el.getAttribute(name) !== value) el.setAttribute(name, value);
};
let count = 0;

function message(field, said) {
  let line = field.querySelector(':scope > .dosing-message');
  const text = said ? said[1] : '';
  const box = field.querySelector('input, select') ?? field.querySelector('button');
  if (!line && !text) return;
  if (!line) {
    line = document.createElement('div');
    line.id = `dosing-message-${++count}`;
    line.setAttribute('role', 'alert');
    field.appendChild(line);
  }
  const kind = `dosing-message ${said ? said[0] : ''}`;
  if (line.className !== kind) line.className = kind;
  if (line.textContent !== text) line.textContent = text;
  if (!box) return;
  if (text) put(box, 'aria-describedby', line.id);
  else box.removeAttribute('aria-describedby');
  if (said && said[0] === 'needed') put(box, 'aria-invalid', 'true');
  else box.removeAttribute('aria-invalid');
}

function dress(messages) {
  const root = app();
  if (!root) return;
  for (const field of root.querySelectorAll('.dosing-field')) {
    message(field, messages[nameOf(field)]);
    const label = field.querySelector(':scope > .widget-label');
    const group = field.querySelector(':scope > div:not(.dosing-message)');
    if (field.classList.contains('dosing-question') && group && label) {
      label.id ||= `dosing-label-${++count}`;
      put(group, 'role', 'group');
      put(group, 'aria-labelledby', label.id);
      for (const b of group.querySelectorAll('button')) {
        if (b.textContent.trim() === 'clear') put(b, 'aria-label', `clear: ${label.textContent}`);
        else put(b, 'aria-pressed', String(b.classList.contains('mod-active')));
      }
    }
  }
  for (const box of root.querySelectorAll('.dosing-text input')) {
    put(box, 'autocomplete', 'off');
    put(box, 'spellcheck', 'false');
  }
  for (const place of root.querySelectorAll('.dosing-polite .widget-html-content')) {
    put(place, 'aria-live', 'polite');
    put(place, 'aria-atomic', 'true');
  }
  for (const button of root.querySelectorAll('.dosing-menu button')) {
    put(button, 'aria-pressed', String(button.classList.contains('mod-active')));
  }
  for (const button of root.querySelectorAll('.dosing-disclosure')) {
    put(button, 'aria-expanded', String(button.classList.contains('mod-active')));
  }
  for (const section of root.querySelectorAll('.dosing-section')) {
    const head = section.querySelector('h2');
    if (!head) continue;
    head.id ||= `dosing-head-${++count}`;
    put(section, 'role', 'region');
    put(section, 'aria-labelledby', head.id);
  }
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function picture(kind) {
  const svg = app()?.querySelector('.dosing-picture svg');
  if (!svg) return;
  const copy = svg.cloneNode(true);
  const [, , wide, high] = svg.getAttribute('viewBox').split(/\s+/).map(Number);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', `${wide}pt`);
  copy.setAttribute('height', `${high}pt`);
  const text = new XMLSerializer().serializeToString(copy);
  const whole = new Blob([text], { type: 'image/svg+xml' });
  if (kind === 'svg') return save(whole, 'timeline.svg');
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement('canvas');
    canvas.width = wide * 3;
    canvas.height = high * 3;
    const draw = canvas.getContext('2d');
    draw.fillStyle = '#fff';
    draw.fillRect(0, 0, canvas.width, canvas.height);
    draw.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save(blob, 'timeline.png'), 'image/png');
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

// The table of the same section, as a file that a spreadsheet reads.
function csv(button) {
  const table = button.closest('.dosing-section')?.querySelector('table.export');
  if (!table) return;
  const quote = (cell) => {
    const text = cell.textContent.trim().replace(/\s+/g, ' ');
    // A cell that begins like a formula would be run by a spreadsheet.
    return `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const rows = [...table.rows].map((row) => [...row.cells].map(quote).join(','));
  save(new Blob([`\ufeff${rows.join('\r\n')}\r\n`], { type: 'text/csv' }), 'dosing.csv');
}

function render({ model, el }) {
  el.style.display = 'none';
  const narrow = window.matchMedia(NARROW);
  const tell = () => {
    if (model.get('narrow') === narrow.matches) return;
    model.set('narrow', narrow.matches);
    model.save_changes();
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      dress(model.get('messages') ?? {});
    });
  };
  const now = () => dress(model.get('messages') ?? {});
  const watch = new MutationObserver(soon);
  watch.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  const click = (event) => {
    const pressed = event.target instanceof Element ? event.target.closest('[data-dosing]') : null;
    const what = pressed?.dataset.dosing;
    if (what === 'mend') model.send({ mend: pressed.dataset.entry });
    if (what === 'svg' || what === 'png') picture(what);
    if (what === 'csv') csv(event.target);
    if (what === 'print') window.print();
  };
  document.addEventListener('click', click);
  narrow.addEventListener('change', tell);
  model.on('change:messages', now);
  tell();
  soon();
  return () => {
    watch.disconnect();
    document.removeEventListener('click', click);
    narrow.removeEventListener('change', tell);
    model.off('change:messages', now);
  };
}

export default { render };
