/** A sentence of a docstring: what stands between backticks is code. */
export function Prose({ text }: { text: string }) {
  const parts = text.split(/`{1,2}([^`]+)`{1,2}/);
  return <>{parts.map((part, place) => (place % 2 === 1 ? <code key={place} className="cb-inline">{part}</code> : part))}</>;
}
