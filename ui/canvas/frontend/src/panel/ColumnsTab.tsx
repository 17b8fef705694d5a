/** The columns that leave a node, with what it changed, and those that arrive. */
import { useState } from "react";
import { Icon } from "../Icon";
import type { Facts } from "../protocol";
import { CHANGE, changesInWords, columnChanges, type ColumnChange } from "./changes";
import { ColumnList } from "./ColumnList";
import { ColumnMenu } from "./ColumnMenu";
import { kindIcon } from "./columns";

const FEW = 60;

export function ColumnsTab({ facts, node }: { facts: Facts | undefined; node: string }) {
  const outputs = Object.keys(facts?.outputs ?? {});
  if (!facts || (outputs.length === 0 && Object.keys(facts.inputs).length === 0)) {
    return <p className="cb-hint">The columns are not known yet. Connect this node, and mend what is wrong with it.</p>;
  }
  return (
    <div data-testid="columns">
      {outputs.map((port) => <Output key={port} node={node} port={port} title={outputs.length > 1 ? `Columns of ${port}` : "Columns out"} changes={columnChanges(facts, port)} isSource={Object.keys(facts.inputs).length === 0} />)}
      <ColumnList title="Columns in" ports={facts.inputs} />
    </div>
  );
}

interface OutputProps {
  node: string;
  port: string;
  title: string;
  changes: ColumnChange[];
  isSource: boolean;
}

function Output({ node, port, title, changes, isSource }: OutputProps) {
  const [all, setAll] = useState(false);
  const shown = all ? changes : changes.slice(0, FEW);
  return (
    <section className="cb-changes">
      <h3 className="cb-section">{title} <span className="cb-count">{changes.filter((one) => one.change !== "dropped").length}</span></h3>
      {!isSource && <p className="cb-hint" data-testid="column-changes">{changesInWords(changes)}.</p>}
      <ul className="cb-columns">
        {shown.map((column) => <One key={`${column.change} ${column.name}`} node={node} port={port} column={column} isSource={isSource} />)}
      </ul>
      {changes.length > FEW && <button type="button" className="cb-link" onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${changes.length}`}</button>}
    </section>
  );
}

function One({ node, port, column, isSource }: { node: string; port: string; column: ColumnChange; isSource: boolean }) {
  const look = CHANGE[column.change];
  const changed = column.change !== "kept" && !isSource;
  return (
    <li className={changed ? `cb-change cb-change-${column.change}` : undefined}>
      <Icon name={changed ? look.icon : kindIcon(column.kind)} />
      <span className="cb-clip" title={column.change === "renamed" ? `${column.was} is called ${column.name} now` : column.name}>
        {column.change === "renamed" && <span className="cb-was">{column.was} → </span>}
        {column.name}
      </span>
      {changed && <span className={column.change === "retyped" ? "cb-hidden" : "cb-change-word"}>{column.change === "added" && column.was ? column.was : look.word}</span>}
      <span className="cb-columns-type">{column.change === "retyped" ? `${column.was} → ${column.type}` : column.type}</span>
      {column.change !== "dropped" && <ColumnMenu node={node} port={port} column={column} />}
    </li>
  );
}
