/** The columns that arrive at or leave a port. */
import { useState } from "react";
import { kindIcon } from "./columns";
import { Icon } from "../Icon";
import type { Column } from "../protocol";

const FEW = 12;

interface Props {
  title: string;
  ports: { [port: string]: Column[] } | undefined;
}

export function ColumnList({ title, ports }: Props) {
  const entries = Object.entries(ports ?? {});
  if (entries.length === 0) return null;
  return (
    <>
      {entries.map(([port, columns]) => (
        <Port key={port} title={entries.length > 1 ? `${title}: ${port}` : title} columns={columns} />
      ))}
    </>
  );
}

function Port({ title, columns }: { title: string; columns: Column[] }) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState(false);
  const shown = all ? columns : columns.slice(0, FEW);
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" />
        {title}
        <span className="cb-count">{columns.length}</span>
      </button>
      {open && (
        <ul className="cb-columns">
          {shown.map((column) => (
            <li key={column.name}>
              <Icon name={kindIcon(column.kind)} />
              <span className="cb-clip" title={column.name}>{column.name}</span>
              <span className="cb-columns-type" title={`${column.kind}, ${column.type}`}>{column.type}</span>
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
