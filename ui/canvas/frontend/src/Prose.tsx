/** A sentence of a docstring: what stands between backticks is code, and between stars a title. */
export function Prose({ text }: { text: string }) {
  const parts = text.split(/`{1,2}([^`]+)`{1,2}/);
  return <>{parts.map((part, place) => (place % 2 === 1 ? <code key={place} className="cb-inline">{part}</code> : <Titled key={place} text={part} />))}</>;
}

function Titled({ text }: { text: string }) {
  const parts = text.split(/(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/);
  return <>{parts.map((part, place) => (place % 2 === 1 ? <em key={place}>{part}</em> : part))}</>;
}
