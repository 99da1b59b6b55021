// Sets the theme before the first paint. A file of its own because the policy allows no inline script.
(function () {
  var choice = 'system';
  try {
    choice = (JSON.parse(localStorage.getItem('switchboard.preferences') || '{}') || {}).theme || 'system';
  } catch (error) {
    // Storage can be switched off: the system's theme is used.
  }
  var dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  var meta = document.querySelector('meta[name="theme-color"]');
  if (meta) meta.setAttribute('content', dark ? '#0F1115' : '#F5F7F9');
})();
