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
      {overlaid && overlay && overlay.models.length > 1 && (
        <select className="cb-input cb-select cb-guard-model" aria-label="Whose endpoint" data-testid="overlay-model" value={overlay.model ?? ""}
          onChange={(event) => model.overlay(overlay.kind, event.target.value)}>
          {overlay.models.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
        </select>
      )}
      {overlaid && <div className="cb-guard-key" role="status" data-testid="legend">{overlay ? <Key overlay={overlay} /> : <span className="cb-hint">Looking…</span>}</div>}
    </Panel>
  );
}

/** The legend in short; in full it stands in the panel at the right while nothing is selected. */
function Key({ overlay }: { overlay: Overlay }) {
  const borders = [...new Set(Object.values(overlay.borders))];
  return (
    <>
      {overlay.note && <span className="cb-hint">{overlay.note}</span>}
      {legend(overlay).map((entry) => (
        <span key={entry.kind} className={`cb-guard-mark cb-tone-${entry.tone}`} title={entry.means}><Icon name={entry.icon} />{entry.word} <small>{entry.count}</small></span>
      ))}
      {borders.length > 0 && <span className="cb-guard-mark cb-tone-calm" title={borders.join(" ")}><Icon name="content_cut" />Split here</span>}
    </>
  );
}
