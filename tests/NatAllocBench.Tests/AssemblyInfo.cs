// Tests that pin threads and race them are in the collection Alone: nothing else runs beside them. All others run two at a time.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
