declare module 'jsonstat-toolkit' {
  interface Dataset {
    class: string
    id: string[]
    role: Record<string, string[] | null>
    Dimension(id: string): { Category(id: string): { label: string } }
    Data(at: Record<string, string>): { value: number | null, status: string | null }
  }
  export default function JSONstat (response: object): Dataset
}
