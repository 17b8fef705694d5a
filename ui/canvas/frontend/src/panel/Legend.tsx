/** What the marks of an overlay mean, in full. */
import { legend } from "../board/guard";
import { usePart } from "../context";
import { Icon } from "../Icon";

const TITLES = { fitted: "Fitted on which rows", serving: "What the endpoint will run" };

export function Legend() {
  const overlay = usePart((state) => state.overlay);
  if (!overlay) return null;
  const entries = legend(overlay);
  return (
    <section className="cb-pane cb-legend" aria-label="Legend">
      <h2 className="cb-pane-title">{TITLES[overlay.kind]}</h2>
      {overlay.note && <p className="cb-hint">{overlay.note}</p>}
      <ul>
        {entries.map((entry) => (
          <li key={entry.kind}><span className={`cb-guard-mark cb-tone-${entry.tone}`}><Icon name={entry.icon} />{entry.word}</span><p className="cb-hint">{entry.means}</p></li>
        ))}
        {[...new Set(Object.values(overlay.borders))].map((text) => (
          <li key={text}><span className="cb-guard-mark cb-tone-calm"><Icon name="content_cut" />Split here</span><p className="cb-hint">{text}</p></li>
        ))}
      </ul>
      {entries.length > 0 && <p className="cb-hint">What plays no part is dimmed. Select a node to read what it does.</p>}
    </section>
  );
}

/** What an overlay says of the selected node. */
export function Marked({ node }: { node: string }) {
  const overlay = usePart((state) => state.overlay);
  const told = [overlay?.borders[node], overlay?.marks[node]?.words].filter(Boolean);
  if (!overlay || told.length === 0) return null;
  return <p className="cb-preview-note cb-marked-node"><Icon name={overlay.kind === "fitted" ? "verified_user" : "cloud_upload"} /><span>{told.join(" ")}</span></p>;
}
