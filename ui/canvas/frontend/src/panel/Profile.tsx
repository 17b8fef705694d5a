/** Each column of a preview at a glance: how much is missing, how many values there are, and how they lie. */
import { useState } from "react";
import { Icon } from "../Icon";
import type { Sketch } from "../protocol";
import { bars, share } from "./bars";
import { kindIcon } from "./columns";

const FEW = 12;
const WIDTH = 240;
const HEIGHT = 30;

export function Profile({ columns }: { columns: Sketch[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? columns : columns.slice(0, FEW);
  return (
    <section className="cb-profile" data-testid="profile" aria-label="Profile of the sample">
      <h3 className="cb-section">Profile of the sample</h3>
      <ul>{shown.map((column) => <One key={column.name} column={column} />)}</ul>
      {columns.length > FEW && (
        <button type="button" className="cb-link" onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show all ${columns.length} columns`}</button>
      )}
    </section>
  );
}

function One({ column }: { column: Sketch }) {
  const told = [
    column.missing > 0 && `${share(column.missing)} missing`,
    column.distinct !== null && `${column.distinct.toLocaleString("en-US")} ${column.distinct === 1 ? "value" : "values"}`,
  ].filter(Boolean);
  return (
    <li className="cb-sketch">
      <div className="cb-sketch-head">
        <Icon name={kindIcon(column.kind)} />
        <span className="cb-clip" title={column.name}>{column.name}</span>
        {column.is_new && <span className="cb-new">new</span>}
        <span className="cb-columns-type">{column.type}</span>
      </div>
      {column.missing > 0 && <span className="cb-sketch-missing" aria-hidden="true"><span style={{ width: `${column.missing * 100}%` }} /></span>}
      <p className="cb-hint">{told.join(", ")}</p>
      {column.bins.length > 0 ? <Histogram column={column} /> : column.top.length > 0 ? <Top top={column.top} /> : column.least !== null && <Ends column={column} />}
    </li>
  );
}

function Histogram({ column }: { column: Sketch }) {
  const middle = column.middle === null ? "" : `, half of the values up to ${column.middle}`;
  return (
    <div>
      <svg className="cb-histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`From ${column.least} to ${column.most}${middle}`}>
        {bars(column.bins, WIDTH, HEIGHT).map((bar, place) => <rect key={place} {...bar} />)}
      </svg>
      <Ends column={column} />
    </div>
  );
}

function Ends({ column }: { column: Sketch }) {
  return (
    <div className="cb-ends" aria-hidden="true">
      <span>{column.least}</span>
      {column.middle !== null && <span title="Half of the values are up to this one">median {column.middle}</span>}
      <span>{column.most}</span>
    </div>
  );
}

function Top({ top }: { top: [string, number][] }) {
  return (
    <ul className="cb-top">
      {top.map(([value, part]) => (
        <li key={value}>
          <span className="cb-clip" title={value}>{value || "(empty text)"}</span>
          <span className="cb-top-bar" aria-hidden="true"><span style={{ width: `${part * 100}%` }} /></span>
          <span className="cb-top-share">{share(part)}</span>
        </li>
      ))}
    </ul>
  );
}
