// The page's data, as Python wrote it.
export function readData<Data>(): Data {
  const element = document.getElementById("gm-data") as HTMLElement;
  return JSON.parse(element.textContent as string) as Data;
}

// Columns of equal length → one object a row: fields are read by name, and their names are written once in the file.
export type Row<Columns> = { [Name in keyof Columns]: Columns[Name] extends (infer Cell)[] ? Cell : never };
export function rows<Columns extends object>(columns: Columns): Row<Columns>[] {
  const names = Object.keys(columns) as (keyof Columns)[];
  if (!names.length) return [];
  const cells = (name: keyof Columns) => columns[name] as unknown[];
  return cells(names[0]).map((_, i) => {
    const row: Partial<Record<keyof Columns, unknown>> = {};
    names.forEach((name) => { row[name] = cells(name)[i]; });
    return row as Row<Columns>;
  });
}
