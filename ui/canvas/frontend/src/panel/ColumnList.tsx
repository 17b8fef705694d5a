/** The columns that arrive at or leave a port. */
import { useState } from "react";
import { ColumnMenu } from "./ColumnMenu";
import { kindIcon } from "./columns";
import { Icon } from "../Icon";
import type { Column } from "../protocol";

const FEW = 12;

interface Props {
  title: string;
  ports: { [port: string]: Column[] } | undefined;
  before?: Column[] | undefined;
  /** The node whose columns these are, where they can be changed. */
  node?: string;
}

export function ColumnList({ title, ports, before, node }: Props) {
  const entries = Object.entries(ports ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      {entries.map(([port, columns]) => (
        <Port key={port} title={entries.length > 1 ? `${title}: ${port}` : title} columns={columns} before={before} menu={node ? (column) => <ColumnMenu node={node} port={port} column={column} /> : undefined} />
      ))}
    </>
  );
}

interface PortProps {
  title: string;
  columns: Column[];
  before: Column[] | undefined;
  menu: ((column: Column) => React.ReactNode) | undefined;
}

function Port({ title, columns, before, menu }: PortProps) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState(false);
  const known = before && new Set(before.map((column) => column.name));
  const fresh = known ? columns.filter((column) => !known.has(column.name)) : [];
  const shown = all ? columns : columns.slice(0, FEW);
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" />
        {title}
        <span className="cb-count">{columns.length}</span>
        {fresh.length > 0 && <span className="cb-new">{fresh.length} new</span>}
      </button>
      {open && (
        <ul className="cb-columns">
          {shown.map((column) => (
            <li key={column.name}>
              <Icon name={kindIcon(column.kind)} />
              <span className="cb-clip" title={column.name}>{column.name}</span>
              {fresh.includes(column) && <span className="cb-new">new</span>}
              <span className="cb-columns-type" title={`${column.kind}, ${column.type}`}>{column.type}</span>
              {menu?.(column)}
            </li>
          ))}
          {columns.length > FEW && (
            <li>
              <button type="button" className="cb-link" onClick={() => setAll(!all)}>
                {all ? "Show fewer" : `Show all ${columns.length}`}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
