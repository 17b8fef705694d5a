/** One glyph of the Material Symbols font that Streamlit ships; always decoration, the word stands beside it. */
export function Icon({ name, className = "" }: { name: string; className?: string }) {
  const glyph = name.replace(/^:material\//, "").replace(/:$/, "");
  return (
    <span className={`cb-icon ${className}`} aria-hidden="true" translate="no">
      {glyph}
    </span>
  );
}
