/** The first sample rows that leave a node, beside its settings: what a setting does is seen while it is changed. */
import { usePart } from "../context";
import { Icon } from "../Icon";
import { rowsWords } from "./preview";
import { SampleTable } from "./SampleTable";

const FEW = 4;

export function Glimpse({ node, onMore }: { node: string; onMore(): void }) {
  const trial = usePart((state) => (state.trial?.node === node ? state.trial : null));
  const busy = usePart((state) => state.looking);
  if (!trial?.after || trial.of !== "data") return null;
  return (
    <section className={`cb-glimpse${busy ? " cb-preview-old" : ""}`} aria-busy={busy} data-testid="glimpse" aria-label="What it makes of sample rows">
      <div className="cb-preview-head">
        <strong>{rowsWords(trial)}</strong>
        <button type="button" className="cb-link" data-testid="glimpse-more" onClick={onMore}>Preview<Icon name="chevron_right" /></button>
      </div>
      <SampleTable table={trial.after} most={FEW} label="The first sample rows after this node" testId="glimpse-rows" />
    </section>
  );
}
