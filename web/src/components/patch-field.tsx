/** The patch field: art for the first run and the door, nowhere else. */
export function PatchField() {
  const jacks = Array.from({ length: 30 }, (_, index) => ({ x: 20 + (index % 6) * 40, y: 20 + Math.floor(index / 6) * 40 }));
  return (
    <svg width="240" height="300" viewBox="0 0 240 300" fill="none" aria-hidden="true">
      {jacks.map(({ x, y }) => (
        <g key={`${String(x)} ${String(y)}`}>
          <circle cx={x} cy={y} r="9" stroke="var(--line-2)" strokeWidth="1.5" fill="var(--sunken)" />
          <circle cx={x} cy={y} r="3" fill="var(--line-2)" />
        </g>
      ))}
      <path d="M60 100C60 210 180 170 180 60" stroke="var(--accent)" strokeWidth="4" strokeLinecap="round" />
      <circle cx="60" cy="100" r="5" fill="var(--accent)" />
      <circle cx="180" cy="60" r="5" fill="var(--accent)" />
      <path d="M100 140C100 250 205 180 210 262" stroke="var(--wa)" strokeWidth="4" strokeLinecap="round" />
      <circle cx="100" cy="140" r="5" fill="var(--wa)" />
      <rect x="202" y="262" width="16" height="30" rx="4" fill="var(--wa)" />
      <rect x="207" y="252" width="6" height="10" rx="2" fill="var(--line-3)" />
    </svg>
  );
}
