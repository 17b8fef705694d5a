/** The last line of a card where two versions are shown: what became of the node. */
import { Icon } from "../Icon";
import type { NodeDiff } from "../protocol";
import { FATES } from "./diffed";

export function DiffFoot({ change }: { change: NodeDiff | undefined }) {
  if (!change) return <div className="cb-node-foot cb-tone-quiet"><span>The same</span></div>;
  const fate = FATES[change.state];
  const first = change.words[0];
  const more = change.words.length - 1;
  return (
    <div className="cb-node-foot cb-diff-foot" title={change.words.join("\n") || fate.about}>
      <Icon name={fate.icon} />
      <span className="cb-node-word">{fate.word}</span>
      {first && <span className="cb-clip cb-node-figures">{more > 0 ? `${first} and ${more} more` : first}</span>}
    </div>
  );
}
