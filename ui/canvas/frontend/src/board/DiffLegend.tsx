/** What the colours of two versions on one board mean; each has a sign and a word, too. */
import { Icon } from "../Icon";
import { usePart } from "../context";
import { FATES, fateOf, ORDER, tally } from "./diffed";

export function DiffLegend() {
  const diff = usePart((state) => state.diff);
  if (!diff) return null;
  const counts = tally(diff);
  const shown = ORDER.filter((state) => counts[state] > 0);
  if (shown.length === 0) return null;
  return (
    <ul className="cb-diff-legend" data-testid="diff-legend" aria-label="What the colours mean">
      {shown.map((state) => (
        <li key={state} className={fateOf(state)} title={FATES[state].about}>
          <Icon name={FATES[state].icon} />
          {FATES[state].word}
          <span className="cb-diff-count">{counts[state]}</span>
        </li>
      ))}
    </ul>
  );
}
