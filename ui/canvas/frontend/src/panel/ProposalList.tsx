/** What a change will change, in the order in which rows flow; what nobody can promise comes last. */
import { Icon } from "../Icon";
import { sentence } from "../fields/schema";
import type { ProposedChange } from "../protocol";

const ICON: { [kind in ProposedChange["kind"]]: string } = {
  insert: "add_circle", param: "edit_note", derived: "subdirectory_arrow_right", look: "warning",
};
const WORD: { [kind in ProposedChange["kind"]]: string } = {
  insert: "New node", param: "Setting", derived: "Follows from it", look: "Must be looked at",
};

export function ProposalList({ changes }: { changes: ProposedChange[] }) {
  const sure = changes.filter((change) => change.kind !== "look");
  const unsure = changes.filter((change) => change.kind === "look");
  return (
    <div className="cb-proposal" data-testid="proposal">
      {sure.length > 0 && <Lines title="This will change" changes={sure} />}
      {unsure.length > 0 && <Lines title="Must be looked at afterwards" changes={unsure} />}
    </div>
  );
}

function Lines({ title, changes }: { title: string; changes: ProposedChange[] }) {
  return (
    <section>
      <h3>{title} <span className="cb-count">{changes.length}</span></h3>
      <ul>
        {changes.map((change, place) => (
          <li key={place} className={`cb-change cb-change-${change.kind}`} data-kind={change.kind}>
            <Icon name={ICON[change.kind]} />
            <div>
              <p className="cb-change-where">
                <span className="cb-hidden">{WORD[change.kind]}: </span>
                <strong>{change.label}</strong>
                {change.field && <span>{sentence(change.field)}</span>}
                {change.kind === "insert" && <span className="cb-new">new</span>}
              </p>
              {change.before !== change.after && <Becomes change={change} />}
              {change.note && <p className="cb-hint">{change.note}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Becomes({ change }: { change: ProposedChange }) {
  return (
    <p className="cb-becomes">
      {change.kind === "derived" && <span className="cb-hint">its column </span>}
      <del>{change.before || "empty"}</del>
      <Icon name="arrow_forward" /><span className="cb-hidden">{change.kind === "derived" ? "will be called" : "becomes"}</span>
      <ins>{change.after || "empty"}</ins>
    </p>
  );
}
