/** The rows that leave a node, on the sample, with what is noteworthy of them; used for nodes and for wires. */
import { useState } from "react";
import { count, duration } from "../appearance";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { MOST_ROWS } from "../model/looking";
import type { Trial } from "../protocol";
import { changeWords, rowsWords, sampleWords } from "./preview";
import { Profile } from "./Profile";
import { SampleTable } from "./SampleTable";
import { Widen } from "./Widen";

const SIDES = ["after", "before"] as const;

interface Props {
  node: string;
  /** Of a wire, what flows on it is shown and nothing else. */
  onlyAfter?: boolean;
  wide: boolean;
  onWide(): void;
}

export function Preview({ node, onlyAfter = false, ...room }: Props) {
  const trial = usePart((state) => (state.trial?.node === node ? state.trial : null));
  const busy = usePart((state) => state.looking);
  if (!trial) return <p className="cb-hint cb-waiting" role="status">{busy ? "Looking at sample rows…" : "There is nothing to preview here."}</p>;
  return (
    <div className={`cb-preview${busy ? " cb-preview-old" : ""}`} aria-busy={busy} data-testid="preview">
      <Shown trial={trial} busy={busy} onlyAfter={onlyAfter} {...room} />
    </div>
  );
}

function Shown({ trial, busy, onlyAfter, wide, onWide }: Omit<Props, "node"> & { trial: Trial; busy: boolean }) {
  const { model } = useEditor();
  const [side, setSide] = useState<(typeof SIDES)[number]>("after");
  const table = onlyAfter ? trial.after : ((side === "before" ? trial.before : trial.after) ?? trial.before);
  const stale = usePart((state) => state.status[trial.node]?.status === "stale");
  const example = trial.of === "example";
  const ran = trial.of === "run";
  const isAfter = table !== null && table === trial.after;
  const changes = onlyAfter ? "" : changeWords(trial);
  return (
    <>
      {trial.note && <p className="cb-preview-note"><Icon name="info" /><span>{trial.note}</span></p>}
      {example && <p className="cb-preview-note"><Icon name="school" /><span>An example: your own data does not reach this node yet.</span></p>}
      <div className="cb-preview-head">
        <strong data-testid="preview-rows">{example ? "Example" : ran ? `${count(trial.after?.total ?? 0)} rows of run ${trial.run}` : rowsWords(trial)}</strong>
        <span className="cb-hint" role="status">{busy ? "updating…" : trial.of === "data" ? `in ${duration(trial.seconds)}` : ""}</span>
        <Widen wide={wide} onWide={onWide} />
      </div>
      {ran && <p className="cb-hint">A preview cannot show this, so these are the rows of the last run{stale ? ", from before something changed" : ""}.</p>}
      {trial.of === "data" && trial.sources.length > 0 && <p className="cb-hint">{sampleWords(trial.sources)}.{changes && ` ${changes}.`}</p>}
      {trial.ports.length > 1 && !onlyAfter && (
        <div className="cb-segments" role="group" aria-label="Output">
          {trial.ports.map((port) => (
            <button key={port} type="button" aria-pressed={port === trial.port} onClick={() => model.lookAtPort(port)}>{port}</button>
          ))}
        </div>
      )}
      {!onlyAfter && trial.before && trial.after && (
        <div className="cb-segments" role="group" aria-label="Rows">
          {SIDES.map((one) => (
            <button key={one} type="button" aria-pressed={one === side} onClick={() => setSide(one)}>{one === "after" ? "After this node" : "Before it"}</button>
          ))}
        </div>
      )}
      {!isAfter && <Notes notes={trial.notes} />}
      {table && !isAfter && !trial.after && <p className="cb-hint">The rows that arrive here:</p>}
      {table && <SampleTable table={table} label={isAfter ? "Sample rows after this node" : "Sample rows before this node"} testId={isAfter ? "sample-after" : "sample-before"} />}
      {table && !example && <More shown={table.rows.length} total={table.total} left={table.left_out} />}
      {isAfter && <Notes notes={trial.notes} />}
      {isAfter && trial.columns.length > 0 && <Profile columns={trial.columns} />}
    </>
  );
}

function Notes({ notes }: { notes: string[] }) {
  return notes.length === 0 ? null : <ul className="cb-preview-notes">{notes.map((note) => <li key={note}>{note}</li>)}</ul>;
}

function More({ shown, total, left }: { shown: number; total: number; left: number }) {
  const { model } = useEditor();
  return (
    <p className="cb-hint cb-more">
      <span>{shown < total ? `First ${shown} of ${total.toLocaleString("en-US")} rows` : `All ${shown} rows`}{left > 0 && `, ${left} columns not shown`}</span>
      {shown < Math.min(total, MOST_ROWS) && <button type="button" className="cb-link" data-testid="more-rows" onClick={() => model.lookAtMore()}>Show more</button>}
    </p>
  );
}
