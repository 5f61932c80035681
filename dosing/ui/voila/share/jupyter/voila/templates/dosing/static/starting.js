// "Starting" stays until a widget is on the page; when none comes, the page says so.
(() => {
  const box = document.getElementById('starting');
  const text = document.getElementById('starting-text');
  const ready = () => document.querySelector('#rendered_cells .jupyter-widgets, #rendered_cells .dosing-failed');
  const started = performance.now();
  const timer = setInterval(() => {
    if (ready()) {
      clearInterval(timer);
      box.remove();
      return;
    }
    const seconds = (performance.now() - started) / 1000;
    if (seconds > 60) {
      box.setAttribute('role', 'alert');
      box.classList.add('failed');
      text.textContent = 'The calculator did not start. Reload the page; if it still does not start, use the paper protocol and report it.';
    } else if (seconds > 15) {
      text.textContent = 'Still starting. This takes longer than it should.';
    }
  }, 100);
})();
