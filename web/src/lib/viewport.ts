/** Keeps the composer above the phone's keyboard: the app is as high as what can be seen. */
export function followViewport(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const fit = () => {
    // A pinch also shrinks the visual viewport; that must not squeeze the page.
    if (viewport.scale > 1.01) return;
    document.documentElement.style.setProperty('--app-height', `${String(Math.round(viewport.height))}px`);
  };
  viewport.addEventListener('resize', fit);
  fit();
}
