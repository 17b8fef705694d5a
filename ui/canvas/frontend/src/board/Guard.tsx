/** Two overlays to switch on: what is fitted on which rows, and what an endpoint will run; with a legend. */
import { Panel } from "@xyflow/react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import type { Overlay, OverlayKind } from "../protocol";
import { legend } from "./guard";

const KINDS: [OverlayKind, string, string, string][] = [
  ["fitted", "verified_user", "Fitted on", "Show what learns from which rows (T)"],
  ["serving", "cloud_upload", "Serving", "Show what an endpoint will run (E)"],
];

export function Guard() {
  const { model } = useEditor();
  const overlaid = usePart((state) => state.overlaid);
  const overlay = usePart((state) => state.overlay);
  return (
    <Panel position="top-left" className="cb-guard nowheel">
      <div className="cb-guard-switch" role="group" aria-label="Overlays">
        {KINDS.map(([kind, icon, word, about]) => (
          <button key={kind} type="button" aria-pressed={overlaid === kind} title={about} data-testid={`overlay-${kind}`}
            onClick={() => model.overlay(overlaid === kind ? null : kind)}>
            <Icon name={icon} />{word}
          </button>
        ))}
      </div>
      {overlaid && <div className="cb-legend" role="status" data-testid="legend">{overlay ? <Legend overlay={overlay} /> : <p className="cb-hint">Looking…</p>}</div>}
    </Panel>
  );
}

function Legend({ overlay }: { overlay: Overlay }) {
  const { model } = useEditor();
  const borders = [...new Set(Object.values(overlay.borders))];
  return (
    <>
      {overlay.models.length > 1 && (
        <label className="cb-legend-model">
          Endpoint of
          <select className="cb-input cb-select" data-testid="overlay-model" value={overlay.model ?? ""} onChange={(event) => model.overlay(overlay.kind, event.target.value)}>
            {overlay.models.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
          </select>
        </label>
      )}
      {overlay.note && <p className="cb-hint">{overlay.note}</p>}
      <ul>
        {legend(overlay).map((entry) => (
          <li key={entry.kind}>
            <span className={`cb-guard-mark cb-tone-${entry.tone}`}><Icon name={entry.icon} />{entry.word}</span>
            <span className="cb-count">{entry.count}</span>
            <p className="cb-hint">{entry.means}</p>
          </li>
        ))}
        {borders.map((text) => (
          <li key={text}><span className="cb-guard-mark cb-tone-calm"><Icon name="content_cut" />Border</span><p className="cb-hint">{text}</p></li>
        ))}
      </ul>
      {legend(overlay).length > 0 && <p className="cb-hint">What plays no part is dimmed.</p>}
    </>
  );
}
