import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** True while the content of an element is wider or higher than the element: it then scrolls, and needs the focus for it. */
export function useOverflow(element: RefObject<HTMLElement | null>): boolean {
  const [isOverflowing, setOverflowing] = useState(false)
  useEffect(() => {
    const { current } = element
    if (current === null) return
    const measure = (): void =>
      setOverflowing(
        current.scrollWidth > current.clientWidth + 1 || current.scrollHeight > current.clientHeight + 1,
      )
    const observer = new ResizeObserver(measure)
    observer.observe(current)
    for (const child of current.children) observer.observe(child)
    return () => observer.disconnect()
  }, [])
  return isOverflowing
}
